"""Whether a text that is not encrypted holds what looks like a credential; the text itself is never repeated.

Descriptions and tags of a secret are not encrypted and stand in CloudTrail for everybody who may read a trail.

Source: Secrets Manager user guide, what not to put in secret text; design facts 2.1. Forms of tokens by their issuers'
published prefixes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_KINDS = {
    "an AWS access key": re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"),
    "a GitHub token": re.compile(r"\b(?:gh[oprsu]_[A-Za-z0-9]{20,}|github_pat_\w{20,})"),
    "a Slack token": re.compile(r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}"),
    "a private key": re.compile(r"-----BEGIN [A-Z ]{0,20}PRIVATE KEY"),
    "a web token": re.compile(r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}"),
    "an address with a password": re.compile(r"://[^/\s:@]{1,64}:[^/\s:@]{3,64}@"),
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


_PASSWORD_NAME = re.compile(r"(?:password|passwd|passphrase|pwd|_pass)$", re.IGNORECASE)
_KEY_NAME = re.compile(
    r"(?:token|api_?key|access_?key|private_?key|signing_?key|encryption_?key|secret_?key|client_?secret|secret)$",
    re.IGNORECASE,
)
# What only says where the credential is: an ARN, a dynamic reference, an address, a path, a template's place.
_REFERENCE = re.compile(r"(?:arn:|\{\{|\$\{|[a-z][a-z0-9+.-]{1,20}://|/|\./|~/)", re.IGNORECASE)
_SHORTEST_PASSWORD, _SHORTEST_KEY = 4, 12
_DIGIT, _LETTER = re.compile(r"[0-9]"), re.compile(r"[A-Za-z]")
_NAME_OF_SECRET = re.compile(r"[A-Za-z0-9_+=.@-]{1,64}(?:/[A-Za-z0-9_+=.@-]{1,64})+")
_MAY_NAME_SECRET = re.compile(r"(?<!client)(?<!client_)secret$", re.IGNORECASE)
_WORDS = re.compile(r"[a-z0-9]{1,64}(?:[-_.][a-z0-9]{1,64})+")  # `orders-db-01`
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def credential_named(name: str, value: str) -> str | None:
    """Name what a setting seems to hold, by its name and its value; None where it seems harmless.

    A value under the name of a password is one whatever it is, unless it only says where the password is. Under the
    name of a key or token it must look like one, for names such as `DB_SECRET` mostly hold the name of a secret.
    """
    plain = value.strip()
    known = credential_in([plain])
    if known is not None:
        return known
    if _REFERENCE.match(plain) or _NAME_OF_SECRET.fullmatch(plain):
        return None
    if _PASSWORD_NAME.search(name) and len(plain) >= _SHORTEST_PASSWORD:
        return "a password"
    if _MAY_NAME_SECRET.search(name) and _WORDS.fullmatch(plain) and not _UUID.fullmatch(plain):
        return None
    is_mixed = _DIGIT.search(plain) is not None and _LETTER.search(plain) is not None
    if _KEY_NAME.search(name) and len(plain) >= _SHORTEST_KEY and is_mixed and " " not in plain:
        return "a key or token"
    return None
