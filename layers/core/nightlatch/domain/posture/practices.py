"""The ten practices of AWS's page, in its order; each check answers one of them.

Source: Secrets Manager user guide, best practices (the edition with ten sections).
"""

from __future__ import annotations

from enum import Enum
from typing import Self


class Practice(Enum):
    """A section of the page: its number, a short name for programs, and its title."""

    SENSITIVE_TEXT = (1, "sensitive-text", "Protect additional sensitive information")
    CACHING = (2, "caching", "Improve performance by using client-side caching")
    RETRIES = (3, "retries", "Add retries to your application")
    LOGGING = (4, "logging", "Mitigate the risks of logging and debugging your Lambda function")
    COMMAND_LINE = (5, "command-line", "Mitigate the risks of using the AWS CLI to store your secrets")
    VPC = (6, "vpc", "Run everything in a VPC")
    ROTATION = (7, "rotation", "Rotate secrets on a schedule")
    MONITORING = (8, "monitoring", "Monitor your secrets")
    LAMBDA = (9, "lambda", "Use Secrets Manager to provide credentials to Lambda functions")
    PILLAR = (10, "security-pillar", "More resources: the Security Pillar of the Well-Architected Framework")

    number: int
    short: str
    title: str

    def __new__(cls, number: int, short: str, title: str) -> Self:
        """Let the short name be what is stored."""
        practice = object.__new__(cls)
        practice._value_ = short
        practice.number, practice.short, practice.title = number, short, title
        return practice
