"""What of a rule's file decides: the code that `evaluate` reaches, and a few fields of the detection.

The rest is text and data: titles, playbooks, blind spots and examples (with what builds them) are reached by nothing,
so no mutant is made of them. A digest of what is reached, without comments and layout, tells whether a rule has
changed since it was measured; it is of the text, for every Python describes the tree of a text in its own way.
"""

from __future__ import annotations

import ast
import hashlib
import io
import tokenize
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

_DECIDING = frozenset({"evaluate", "event_names", "severity", "novelty", "remedy"})


@dataclass(frozen=True, slots=True)
class Reach:
    """The parts of one file that decide, in the order of the file: statements of the module, and fields."""

    parts: tuple[ast.stmt | ast.keyword, ...]
    digest: str  # tells two versions apart where they may decide differently

    @property
    def lines(self) -> frozenset[int]:
        """Every line of these parts, counted from one."""
        return frozenset(line for part in self.parts for line in _lines(part))

    def place_of(self, line: int) -> tuple[str, int]:
        """Give the part that holds a line, and how far below its first line; both outlive what is added above."""
        part = next(part for part in self.parts if line in _lines(part))
        return _name_of(part), line - part.lineno

    def line_of(self, name: str, below: int) -> int:
        """Give back the line of a place."""
        return next(part.lineno for part in self.parts if _name_of(part) == name) + below


def reach(source: str) -> Reach:
    """Follow the names from the detection's deciding fields through the module."""
    tree = ast.parse(source)
    defined = {name: stmt for stmt in tree.body for name in _defines(stmt)}
    fields = [field for field in _detection(tree) if field.arg in _DECIDING]
    reached: set[ast.stmt] = set()
    open_names = [name for field in fields for name in _names(field)]
    while open_names:
        stmt = defined.get(open_names.pop())
        if stmt is not None and stmt not in reached:
            reached.add(stmt)
            open_names += _names(stmt)
    found: list[ast.stmt | ast.keyword] = [*reached, *fields]
    parts = sorted(found, key=lambda part: part.lineno)
    kept = (line for part in parts for line in _lines(part) if line not in _docstring(part))
    return Reach(tuple(parts), _digest(source, kept))


def digest_of(file: Path) -> str:
    """Digest a whole file, without its comments and layout."""
    source = file.read_text("utf-8")
    return _digest(source, range(1, source.count("\n") + 1))


def _detection(tree: ast.Module) -> list[ast.keyword]:
    for stmt in tree.body:
        if isinstance(stmt, ast.Assign) and isinstance(stmt.value, ast.Call) and _defines(stmt) == ("DETECTION",):
            return stmt.value.keywords
    message = "a file of detections/ defines DETECTION"
    raise ValueError(message)


def _defines(stmt: ast.stmt) -> tuple[str, ...]:
    if isinstance(stmt, (ast.FunctionDef, ast.ClassDef)):
        return (stmt.name,)
    if isinstance(stmt, (ast.Assign, ast.AnnAssign)):
        targets = stmt.targets if isinstance(stmt, ast.Assign) else [stmt.target]
        return tuple(name for target in targets for name in _names(target))
    return ()


def _names(node: ast.AST) -> Iterator[str]:
    return (name.id for name in ast.walk(node) if isinstance(name, ast.Name))


def _name_of(part: ast.stmt | ast.keyword) -> str:
    return f"DETECTION.{part.arg}" if isinstance(part, ast.keyword) else ", ".join(_defines(part))


def _lines(node: ast.stmt | ast.keyword) -> range:
    return range(node.lineno, (node.end_lineno or node.lineno) + 1)


def _docstring(part: ast.stmt | ast.keyword) -> range:
    if isinstance(part, (ast.FunctionDef, ast.ClassDef)) and ast.get_docstring(part) is not None:
        return _lines(part.body[0])
    return range(0)


def _digest(source: str, kept: Iterable[int]) -> str:
    lines = source.splitlines()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            line, column = token.start
            lines[line - 1] = lines[line - 1][:column]
    words = [word for line in kept for word in lines[line - 1].split()]
    return hashlib.sha256(" ".join(words).encode()).hexdigest()[:16]
