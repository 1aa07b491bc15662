"""After this module a reader knows how something is looked at that may be refused, gone, or not answered now.

Each is told apart: what is refused or not answered is a gap that names the call, once; what is gone is what somebody
looked for. Whoever looks goes on with the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from nightlatch.adapters.aws_codes import is_for_later
from nightlatch.adapters.aws_errors import code_of

_GONE = frozenset({"ResourceNotFoundException", "NotFound", "NotFoundException"})
_MOST_UNANSWERED = 3
_Got = TypeVar("_Got")


class Gone(Exception):
    """What was asked about is not there."""


class Unseen(Exception):
    """Too little of something may be looked at to say anything."""


class Tried:
    """Tries to look, and remembers what could not be looked at, each call once.

    Where AWS does not answer at all, it stops asking: the function has other things to do in its time.
    """

    def __init__(self) -> None:
        self.gaps: list[str] = []
        self._unanswered = 0

    def at(self, action: str, ask: Callable[[], _Got]) -> _Got | None:
        """Look; None where that is not allowed, or where AWS gives no answer now.

        Raises:
            Gone: It is not there.
        """
        if self._unanswered >= _MOST_UNANSWERED:
            self._miss(action, "was not asked, for AWS does not answer")
            return None
        try:
            return ask()
        except Unseen:
            return None
        except ClientError as error:
            code = code_of(error)
            if code in _GONE:
                raise Gone from None
            if is_for_later(code, int(error.response["ResponseMetadata"].get("HTTPStatusCode", 0))):
                self._unanswered += 1
                self._miss(action, f"could not be asked ({code})")
            else:
                self._miss(action, f"was refused ({code})")
        except BotoCoreError as error:
            self._unanswered += 1
            self._miss(action, f"could not be asked ({error})")
        return None

    def _miss(self, action: str, why: str) -> None:
        if action not in [gap.split(" ")[0] for gap in self.gaps]:
            self.gaps.append(f"{action} {why}")
