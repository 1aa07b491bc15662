"""The partition of AWS that a Region belongs to, for ARNs that nobody gave us: the ARN of China is another than ours.

Source: botocore 1.44, partitions.json (regionRegex of each partition).
"""

from __future__ import annotations

_BEGINNINGS = {
    "cn-": "aws-cn",
    "eusc-": "aws-eusc",
    "us-iso-": "aws-iso",
    "us-isob-": "aws-iso-b",
    "eu-isoe-": "aws-iso-e",
    "us-isof-": "aws-iso-f",
    "us-gov-": "aws-us-gov",
}


def partition_of(region: str) -> str:
    """Give the partition; the usual one where the Region tells of no other."""
    return next((one for beginning, one in _BEGINNINGS.items() if region.startswith(beginning)), "aws")
