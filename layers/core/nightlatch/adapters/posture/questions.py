"""Asks AWS: each call at its own pace, counted, and every refusal turned into what the audit can say of it.

A refusal of one call about one thing is a gap there. Credentials that AWS does not accept, and a network that does not
reach it, are no gaps: the next call would fare no better, so the audit stops and is gone on with later.

Source: design style, rule 24; botocore 1.44, `xform_name` (how an operation's name becomes a method's).
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any

from botocore import xform_name
from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

from nightlatch.adapters.aws_codes import is_signed_out
from nightlatch.adapters.aws_errors import code_of, looking
from nightlatch.adapters.posture.needs import NEEDS, Need
from nightlatch.adapters.posture.pacing import SharedPace
from nightlatch.domain.errors import NightlatchError, Refused, Unavailable
from nightlatch.domain.posture.unseen import Gap

Answer = Mapping[str, Any]


class Questions:
    """Makes the calls of an audit, and none that is not among its needs; may be shared by threads.

    Args:
        clients: Gives the boto3 client of a service.
        tick: Gives seconds that only grow.
        pause: Waits so many seconds.
    """

    def __init__(
        self,
        clients: Callable[[str], Any],
        *,
        tick: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._clients = clients
        self._made: dict[str, Any] = {}
        self._paces = {
            need.quota or need.action: SharedPace(need.per_second, tick=tick, pause=pause) for need in NEEDS.values()
        }
        self._counts: Counter[str] = Counter()
        self._lock = Lock()

    @property
    def counts(self) -> Mapping[str, int]:
        """How often each call was made, by IAM action; what the SDK tried again counts once."""
        with self._lock:
            return dict(self._counts)

    def ask(self, action: str, /, **asked: Any) -> Answer:
        """Make a call.

        Raises:
            NotFound: What it is about does not exist.
            Refused: A permission is missing, or AWS does not answer this question.
            Unavailable: AWS could not be asked, or does not accept the credentials: nobody may take that for a list
                that is refused, and go on without it.
        """
        need = NEEDS[action]
        client = self._client(need)
        self._paces[need.quota or action].keep()
        with self._lock:
            self._counts[action] += 1
        try:
            with looking(action):
                answer: Answer = getattr(client, xform_name(need.operation))(**asked)
        except Unavailable as error:
            if isinstance(error.__cause__, ParamValidationError):  # its text quotes what was asked
                raise Refused(f"{action}: the SDK takes no such request; please report it") from None
            raise
        except Refused as error:
            if isinstance(error.__cause__, BotoCoreError) or is_signed_out(refused_as(error)):
                raise Unavailable(str(error)) from error.__cause__
            raise
        return answer

    def answer(self, action: str, /, **asked: Any) -> Answer | Gap:
        """Make a call about one thing, or say why it was not answered.

        Raises:
            NotFound: What it is about does not exist.
            Unavailable: AWS cannot be reached at all, or does not accept the credentials.
        """
        try:
            return self.ask(action, **asked)
        except (Refused, Unavailable) as error:
            return gap_of(action, error)

    def _client(self, need: Need) -> Any:
        with self._lock:
            if need.service not in self._made:
                self._made[need.service] = self._clients(need.service)
            return self._made[need.service]


def gap_of(action: str, error: Refused | Unavailable) -> Gap:
    """Give the gap that a refusal leaves.

    Raises:
        Unavailable: It is none: AWS cannot be reached at all, or does not accept the credentials.
    """
    if isinstance(error.__cause__, BotoCoreError) or is_signed_out(refused_as(error)):
        raise error
    return Gap(action, str(error))


def refused_as(error: NightlatchError) -> str:
    """Give AWS's name for what is behind an error of ours; empty where AWS gave none."""
    return code_of(error.__cause__) if isinstance(error.__cause__, ClientError) else ""
