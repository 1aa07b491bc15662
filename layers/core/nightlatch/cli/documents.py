"""Reads the operator's files from disk: a policy in YAML or JSON, an inventory in JSON."""

from __future__ import annotations

import json
from pathlib import Path

import yaml

from nightlatch.domain.errors import InvalidPolicy, Unreadable
from nightlatch.domain.inventory import Inventory
from nightlatch.domain.policy import Policy
from nightlatch.policy_file import parse_inventory, parse_policy


def read_policy(path: Path) -> Policy:
    """Read a policy file.

    Raises:
        InvalidPolicy: It is no YAML, or something in it is wrong.
        Unreadable: It cannot be opened.
    """
    try:
        document = yaml.safe_load(_text(path))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f" at line {mark.line + 1}" if mark else ""
        raise InvalidPolicy(f"{path} is no YAML{place}; correct it there") from None
    return parse_policy(document, where=str(path)).to_domain()


def read_inventory(path: Path) -> Inventory:
    """Read an inventory file.

    Raises:
        InvalidPolicy: It is no JSON, or something in it is wrong.
        Unreadable: It cannot be opened.
    """
    try:
        document = json.loads(_text(path))
    except json.JSONDecodeError as error:
        raise InvalidPolicy(f"{path} is no JSON at line {error.lineno}; correct it there") from None
    return parse_inventory(document, where=str(path))


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except OSError as error:
        raise Unreadable(f"{path}: {(error.strerror or 'cannot be read').lower()}") from error
    except UnicodeDecodeError as error:
        raise Unreadable(f"{path} is no UTF-8 text; save it as UTF-8") from error
