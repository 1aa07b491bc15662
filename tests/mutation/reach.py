"""What of a rule's file decides: the code that `evaluate` reaches, and a few fields of the detection.

The rest is text and data: titles, playbooks, blind spots and examples (with what builds them) are reached by nothing,
so no mutant is made of them. A digest of what is reached, without comments and layout, tells whether a rule has
changed since it was measured.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_DECIDING = frozenset({"evaluate", "event_names", "severity", "novelty", "remedy"})


@dataclass(frozen=True, slots=True)
class Reach:
    """The parts of one file that decide, in the order of the file: statements of the module, and fields."""

    parts: tuple[ast.stmt | ast.keyword, ...]

    @property
    def lines(self) -> frozenset[int]:
        """Every line of these parts, counted from one."""
        return frozenset(
            line for part in self.parts for line in range(part.lineno, (part.end_lineno or part.lineno) + 1)
        )

    @property
    def digest(self) -> str:
        """Tell two versions apart where they may decide differently."""
        return _digest(_bare(part) for part in self.parts)

    def place_of(self, line: int) -> tuple[str, int]:
        """Give the part that holds a line, and how far below its first line; both outlive what is added above."""
        part = next(part for part in self.parts if part.lineno <= line <= (part.end_lineno or part.lineno))
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
    parts: list[ast.stmt | ast.keyword] = [*reached, *fields]
    return Reach(tuple(sorted(parts, key=lambda part: part.lineno)))


def digest_of(file: Path) -> str:
    """Digest the code of a whole file, without its comments and layout."""
    return _digest([ast.parse(file.read_text("utf-8"))])


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


def _bare(part: ast.stmt | ast.keyword) -> ast.AST:
    """Leave the docstring out."""
    if isinstance(part, (ast.FunctionDef, ast.ClassDef)) and ast.get_docstring(part) is not None:
        copy = ast.parse(ast.unparse(part)).body[0]
        assert isinstance(copy, (ast.FunctionDef, ast.ClassDef))
        copy.body = copy.body[1:]
        return copy
    return part


def _digest(nodes: Iterator[ast.AST] | list[ast.Module]) -> str:
    return hashlib.sha256("\n".join(ast.dump(node) for node in nodes).encode()).hexdigest()[:16]
