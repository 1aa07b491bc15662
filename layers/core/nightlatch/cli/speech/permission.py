"""What to add to a caller's rights where AWS says no: the statement itself, to be pasted into an IAM policy.

Source: IAM user guide, troubleshoot_access-denied (`User: ARN is not authorized to perform: ACTION on resource: ARN
because no identity-based policy allows ...`; where the words say explicit deny, no statement outweighs it). Which
resource stands in the words differs from service to service; where none does, `*` is written, to be narrowed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from botocore.exceptions import ClientError

_DENIED = re.compile(r"not authorized to perform:? (?P<action>[\w-]+:\w+)(?: on resource:? (?P<resource>\S+))?")
_EXPLICIT = "explicit deny"
_ARN = re.compile(r"arn:[\w-]+:[\w-]+:[\w-]*:\d*:\S+")


@dataclass(frozen=True, slots=True)
class Missing:
    """A permission that the caller lacks."""

    action: str
    resource: str = "*"

    @property
    def statement(self) -> str:
        """The statement that gives it."""
        return json.dumps({"Effect": "Allow", "Action": self.action, "Resource": self.resource})


def missing_in(error: BaseException) -> Missing | None:
    """Find what AWS missed behind an error; None where it refused for another reason, or a policy denies it."""
    for one in _behind(error):
        if isinstance(one, ClientError):
            said = str(one.response.get("Error", {}).get("Message", ""))
            found = _DENIED.search(said)
            if found is not None and _EXPLICIT not in said:
                return Missing(found["action"], _resource(found["resource"] or ""))
    return None


def _behind(error: BaseException) -> Iterator[BaseException]:
    """Give an error, what it was raised from, and what that was raised from; an error may stand in its own past."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__ or current.__context__


def _resource(text: str) -> str:
    named = text.strip("\"'").rstrip(".,")
    return named if _ARN.fullmatch(named) else "*"
