"""Reads the operator's policy document and says plainly what is wrong with it.

One file for the laptop (YAML) and the stack (JSON, which is YAML too).
"""

from __future__ import annotations

from nightlatch.domain.account.inventory import Inventory
from nightlatch.policy_file.complaints import Complaint, checked, read_or_complain
from nightlatch.policy_file.json_text import read_json
from nightlatch.policy_file.schema import InventoryFile, PolicyFile
from nightlatch.policy_file.trials import TrialPart

__all__ = [
    "Complaint",
    "InventoryFile",
    "PolicyFile",
    "TrialPart",
    "complaints",
    "parse_inventory",
    "parse_policy",
    "parse_stored_policy",
    "read_json",
]


def parse_policy(document: object, *, where: str = "policy") -> PolicyFile:
    """Check a policy document that was read from YAML or JSON.

    Raises:
        InvalidPolicy: Something in it is wrong; the message names each place and what to write instead.
    """
    return checked(PolicyFile, document, where)


def complaints(document: object) -> tuple[Complaint, ...]:
    """Give every mistake in a policy document; none where it is one."""
    read = read_or_complain(PolicyFile, document)
    return () if isinstance(read, PolicyFile) else read


def parse_stored_policy(text: str, *, where: str) -> PolicyFile:
    """Check a policy document as the stack stores it, in JSON.

    Raises:
        InvalidPolicy: It is no JSON, names a key twice, or something in it is wrong.
    """
    document = read_json(text, where=where)
    return parse_policy(document, where=where)


def parse_inventory(document: object, *, where: str = "inventory") -> Inventory:
    """Check an inventory document.

    Raises:
        InvalidPolicy: Something in it is wrong.
    """
    return checked(InventoryFile, document, where).to_domain()
