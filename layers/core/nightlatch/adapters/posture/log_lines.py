"""Looks through the lines of a rotation function for what should never be logged; a line is judged and let go.

What is looked for are the names of keys with something behind them, and the forms of known tokens. What is told is
which of those names, and never a line or a part of one (ruling 23).

No filter pattern is sent: a term of one is compared in ways of its own, and a name that it passed over would count as
never logged. A rotation function writes little, so that few pages hold a week of it.

Source: CloudWatch Logs API reference, FilterLogEvents (a page holds 1 MB or 10,000 events at most and may be empty
while more follow).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import timedelta

from nightlatch.adapters.clock import Clock
from nightlatch.adapters.posture.questions import Questions
from nightlatch.domain.errors import NotFound
from nightlatch.domain.posture.unseen import Gap
from nightlatch.domain.secret.credential_texts import credential_in

_FILTER = "logs:FilterLogEvents"
_SINCE = timedelta(days=7)
_MOST_PAGES = 5
_NAMES = ("SecretString", "SecretBinary", "password", "passwd", "passphrase", "private_key", "client_secret", "api_key")
_QUOTED = r"[\\\"' ]{0,6}"
_KEY = re.compile(
    rf"(?<![A-Za-z0-9])(?P<name>{'|'.join(_NAMES)}){_QUOTED}[:=]{_QUOTED}(?P<held>[^\s\\\"',}}]{{4,}})",
    re.IGNORECASE,
)
_HIDDEN = re.compile(
    r"[*xX.#-]+|<.{0,40}|\[?(?:redacted|masked|hidden|none|null|true|false|undefined)\]?", re.IGNORECASE
)
_PROPER = {name.lower(): name for name in _NAMES}


class LogLines:
    """Scans log groups for what they should not hold.

    Args:
        questions: Asks AWS.
        now: Gives the moment; a week before it the scan begins.
    """

    def __init__(self, questions: Questions, *, now: Clock) -> None:
        self._questions = questions
        self._now = now

    def leaks(self, group: str) -> tuple[str, ...] | Gap:
        """Name what a log group's lines seem to hold, each kind once.

        Raises:
            Unavailable: AWS cannot be reached at all, or does not accept the credentials.
        """
        found: dict[str, None] = {}
        more: dict[str, str] = {}
        since_ms = int((self._now() - _SINCE).timestamp() * 1_000)
        for _ in range(_MOST_PAGES):
            try:
                answer = self._questions.answer(_FILTER, logGroupName=group, startTime=since_ms, **more)
            except NotFound:
                return ()
            if isinstance(answer, Gap):
                return answer
            found.update(dict.fromkeys(kinds_in(str(one.get("message", "")) for one in answer.get("events", ()))))
            if not answer.get("nextToken"):
                return tuple(found)
            more = {"nextToken": answer["nextToken"]}
        return tuple(found) or Gap(_FILTER, f"only the first {_MOST_PAGES} pages of a week of its lines were looked at")


def kinds_in(lines: Iterable[str]) -> Iterator[str]:
    """Name what some lines seem to hold."""
    for line in lines:
        for met in _KEY.finditer(line):
            if not _HIDDEN.fullmatch(met["held"]):
                yield f"{_PROPER[met['name'].lower()]} with a value"
        kind = credential_in([line])
        if kind is not None and kind != "a password":  # those are told by their names above
            yield kind
