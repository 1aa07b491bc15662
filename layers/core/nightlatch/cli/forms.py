"""How results can be written to stdout: the forms that a verb offers."""

from __future__ import annotations

from enum import StrEnum


class Output(StrEnum):
    """Forms of findings."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    ASFF = "asff"  # for Security Hub, a finding in each line
    OCSF = "ocsf"  # for data lakes, the same


class Suggesting(StrEnum):
    """Forms of suggestions."""

    TABLE = "table"
    YAML = "yaml"


class Form(StrEnum):
    """Forms of everything else."""

    TABLE = "table"
    JSON = "json"
