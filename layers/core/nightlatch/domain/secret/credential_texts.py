"""Whether a text that is not encrypted holds what looks like a credential; the text itself is never repeated.

Descriptions and tags of a secret are not encrypted and stand in CloudTrail for everybody who may read a trail.

Source: Secrets Manager user guide, what not to put in secret text; design facts 2.1. Forms of tokens by their issuers'
published prefixes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

_KINDS = {
    "an AWS access key": re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"),
    "a GitHub token": re.compile(r"\b(?:gh[oprsu]_[A-Za-z0-9]{20,}|github_pat_\w{20,})"),
    "a Slack token": re.compile(r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}"),
    "a private key": re.compile(r"-----BEGIN [A-Z ]{0,20}PRIVATE KEY"),
    "a web token": re.compile(r"\beyJ[\w-]{10,1000}\.eyJ[\w-]{10,1000}"),
    "an address with a password": re.compile(r"://[^/\s:@]{0,64}:[^/\s:@]{3,64}@"),
    # A word alone ("password: rotated monthly") is no password; one with a digit or a sign in it may be.
    "a password": re.compile(
        r"(?:\b|_)(?:password|passwd|passphrase|pwd|token|client[_ -]?secret|access[_ -]?key|api[_ -]?key)"
        r"\s{0,3}[:=]\s{0,3}(?=\S{0,64}[0-9!#$%&*@^])\S{6,}",
        re.IGNORECASE,
    ),
}


def credential_in(texts: Iterable[str]) -> str | None:
    """Name what some texts seem to hold, None where they seem harmless."""
    said = "\n".join(texts)
    return next((kind for kind, form in _KINDS.items() if form.search(said)), None)


def credentials_of(text: str) -> Iterator[str]:
    """Give what seems to be a credential in a text, to take it out."""
    return (found[0] for form in _KINDS.values() for found in form.finditer(text))
