"""Reads a document that somebody wrote in YAML; a key that is there twice is a mistake, though PyYAML lets it pass."""

from __future__ import annotations

import re

import yaml

from nightlatch.domain.errors import InvalidPolicy
from nightlatch.policy_file.json_text import repeated

_DECIMAL = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")


def read_yaml(text: str, *, where: str) -> object:
    """Decode a document.

    Raises:
        InvalidPolicy: It is no YAML, or names a key twice; the message says in which line.
    """
    try:
        document: object = yaml.load(text, Loader=_CarefulLoader)  # noqa: S506 - it is a SafeLoader
    except _Repeated as error:
        raise InvalidPolicy(repeated(where, error.key, error.line)) from None
    except _NoValue as error:
        raise InvalidPolicy(f"{where}: holds a value that is none at line {error.line}; correct it there") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f" at line {mark.line + 1}" if mark else ""
        raise InvalidPolicy(f"{where}: the document is no YAML{place}; correct it there") from None
    except RecursionError:
        raise InvalidPolicy(f"{where}: the document nests too deeply; write it flat") from None
    return document


class _Repeated(Exception):
    def __init__(self, key: str, line: int) -> None:
        super().__init__(key)
        self.key = key
        self.line = line


class _NoValue(Exception):
    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


class _CarefulLoader(yaml.SafeLoader):
    """Looks at what was written, before merges (`<<`) bring keys that the document itself may override."""

    def compose_mapping_node(self, anchor: dict[str, yaml.Node]) -> yaml.MappingNode:  # so say the stubs; it is a text
        node = super().compose_mapping_node(anchor)
        seen: set[tuple[str, str]] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if (key.tag, key.value) in seen:
                    raise _Repeated(key.value, key.start_mark.line + 1)
                seen.add((key.tag, key.value))
        return node

    def construct_object(self, node: yaml.Node, deep: bool = False) -> object:  # noqa: FBT001, FBT002 - PyYAML's own
        try:
            return super().construct_object(node, deep)
        except ValueError:  # a date or a number that there cannot be
            raise _NoValue(node.start_mark.line + 1) from None


def _number(loader: _CarefulLoader, node: yaml.ScalarNode) -> int | str:
    """Read a plain decimal; what YAML 1.1 reads in base eight, sixteen or sixty was meant as it stands."""
    text = loader.construct_scalar(node)
    return int(text) if _DECIMAL.fullmatch(text) else text


_CarefulLoader.add_constructor("tag:yaml.org,2002:int", _number)
