"""What may be wished of a decoy: a name that AWS takes, and a memo that every channel can show."""

from __future__ import annotations

from nightlatch.domain.account.decoy_names import is_name
from nightlatch.domain.account.decoys import MOST_MEMO
from nightlatch.domain.errors import Refused
from nightlatch.domain.secret.credential_texts import credential_in


def checked_name(name: str) -> str:
    """Give a name as it is.

    Raises:
        Refused: AWS takes no such name, or it is an ARN.
    """
    if name.startswith("arn:") or not is_name(name):
        raise Refused("a decoy is called by a name that AWS takes: letters, digits and /_+=.@- , 512 at most")
    return name


def checked_memo(memo: str) -> str:
    """Give a memo without the spaces around it.

    Raises:
        Refused: It is empty, too long, no line of printable text, or looks like a credential.
    """
    line = memo.strip()
    if not line:
        raise Refused("a decoy needs a memo: what shall whoever is woken by it know? for example where it was laid out")
    if len(line) > MOST_MEMO:
        raise Refused(f"the memo has {len(line)} characters, and a message has room for {MOST_MEMO}; shorten it")
    if not line.isprintable():
        raise Refused("the memo holds a line break or another character that cannot be shown; write it in one line")
    kind = credential_in([line])
    if kind is not None:
        raise Refused(f"the memo seems to hold {kind}, and every channel will show it; write it without")
    return line
