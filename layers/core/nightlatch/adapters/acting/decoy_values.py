"""Values for decoys: they look like what applications keep, and open nothing anywhere.

Each is drawn anew and told to nobody. Hosts end in `.internal`, which is kept out of the public DNS for private use, so
that a thief who tries what he found meets nobody else's server. No token has the form of a known issuer: an access key
of AWS or a token of GitHub could be somebody's, and their scanners would call them.

Source: Secrets Manager user guide, JSON structure of database secrets; ICANN board, 29 July 2024 (`.internal`).
"""

from __future__ import annotations

import json
import re
import secrets
import string

from nightlatch.domain.account.decoys import Kind

_LETTERS = string.ascii_letters + string.digits
_SIGNS = "!#%+-_.~"
_PASSWORD, _TOKEN = 32, 48  # characters
_WORDS = re.compile(r"[a-z]{3,}")


def made_up(kind: Kind, name: str) -> str:
    """Make a value up that fits a secret's name: the host and the user are called after it."""
    word = (_WORDS.findall(name.lower()) or ["app"])[-1][:16]
    password = "".join(secrets.choice(_LETTERS + _SIGNS) for _ in range(_PASSWORD))
    match kind:
        case Kind.DATABASE:
            value: dict[str, object] = {
                "engine": "postgres",
                "host": f"{word}-{secrets.token_hex(3)}.db.internal",
                "port": 5432,
                "dbname": word,
                "username": f"svc_{word}",
                "password": password,
            }
        case Kind.LOGIN:
            value = {"url": f"https://{word}.internal/login", "username": f"svc-{word}", "password": password}
        case Kind.TOKEN:
            value = {"token": "".join(secrets.choice(_LETTERS) for _ in range(_TOKEN))}
    return json.dumps(value)
