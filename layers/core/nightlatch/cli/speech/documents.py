"""Reads the operator's files from disk: a policy in YAML or JSON, an inventory in JSON."""

from __future__ import annotations

from pathlib import Path

from nightlatch.cli.speech.yaml_text import read_yaml
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.answering.policy import Policy
from nightlatch.domain.errors import Unreadable
from nightlatch.policy_file import parse_inventory, parse_policy, read_json


def read_policy(path: Path) -> Policy:
    """Read a policy file.

    Raises:
        InvalidPolicy: It is no YAML, names a key twice, or something in it is wrong.
        Unreadable: It cannot be opened.
    """
    return parse_policy(read_document(path), where=str(path)).to_domain()


def read_document(path: Path) -> object:
    """Read a file in YAML or JSON, whatever it holds.

    Raises:
        InvalidPolicy: It is neither, or names a key twice.
        Unreadable: It cannot be opened.
    """
    return read_yaml(_text(path), where=str(path))


def read_inventory(path: Path) -> Inventory:
    """Read an inventory file.

    Raises:
        InvalidPolicy: It is no JSON, names a key twice, or something in it is wrong.
        Unreadable: It cannot be opened.
    """
    return parse_inventory(read_json(_text(path), where=str(path)), where=str(path))


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except OSError as error:
        raise Unreadable(f"{path}: {(error.strerror or 'cannot be read').lower()}") from error
    except UnicodeDecodeError as error:
        raise Unreadable(f"{path} is no UTF-8 text; save it as UTF-8") from error
