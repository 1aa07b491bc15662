"""The parts of a secret's metadata that people name when they want one put back."""

from __future__ import annotations

from enum import StrEnum


class Part(StrEnum):
    """The parts of a secret's metadata that can be put back each by itself."""

    POLICY = "policy"
    TAGS = "tags"
    KEY = "key"
    ROTATION = "rotation"
    DESCRIPTION = "description"
