"""What was shown before somebody says yes: a confirmation is good once, and only for what stood on its page.

Where the world has moved between the page and the press, the calls are no longer those that were shown; then nothing is
done, and the page is shown anew.
"""

from __future__ import annotations

import secrets as entropy
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from threading import Lock

from nightlatch.acts import ACTS
from nightlatch.console.desk import Desk
from nightlatch.domain.answering.responses import Response
from nightlatch.domain.errors import Refused, WorldMoved
from nightlatch.service.preflight import terms_of
from nightlatch.service.wish import Preview

MOST_OPEN = 64  # pages that wait for a confirmation


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page showed."""

    about: str  # an offer's id, or the wish as it stood in the address
    calls: tuple[str, ...]

    @classmethod
    def of(cls, about: str, wishes: Iterable[Preview]) -> Shown:
        """Note the calls of what would be done, as they were written out."""
        return cls(about, tuple(call.command for wished in wishes for call in wished.plan.calls))


class Confirmations:
    """The pages that wait for somebody to say yes."""

    def __init__(self) -> None:
        self._open: OrderedDict[str, Shown] = OrderedDict()
        self._one_at_a_time = Lock()

    def give(self, shown: Shown) -> str:
        """Give the token that confirms what was shown; of many open pages the oldest is forgotten."""
        token = entropy.token_urlsafe(16)
        with self._one_at_a_time:
            self._open[token] = shown
            while len(self._open) > MOST_OPEN:
                self._open.popitem(last=False)
        return token

    def take(self, token: str, about: str) -> Shown:
        """Take what a confirmation was given for; it is good once.

        Raises:
            Refused: It was used before, is forgotten, or belongs to another page.
        """
        with self._one_at_a_time:
            shown = self._open.pop(token, None)
        if shown is None or shown.about != about:
            raise Refused("this page was sent before, or is too old; go back and look again at what would be done")
        return shown


def refuse_where_moved(shown: Shown, now: Shown) -> None:
    """Refuse what is no longer what was shown.

    Raises:
        WorldMoved: The calls would be others now.
    """
    if shown.calls != now.calls:
        calls = "; ".join(now.calls) or "none, it is so already"
        raise WorldMoved(
            f"something has changed since you looked, so nothing was done. The calls would now be: {calls}"
        )


def ahead_of(response: Response, desk: Desk) -> Preview:
    """Look what an offer would do now.

    Raises:
        NotFound: What it is about is gone.
        Refused: It cannot be done.
        Unavailable: AWS could not be asked.
    """
    connection, act = desk.connection, ACTS[response.action.kind]
    seen = connection.sight.look(response.action, act.needs)
    terms = terms_of(response, seen, connection.policy(), connection.responding(), connection.now())
    settled = act.settle(response.action, seen, terms)
    people = max(response.people, act.people(settled, seen))
    return Preview(action=settled, seen=seen, plan=act.plan(settled, seen), people=people)


def refuse_while_paused(desk: Desk) -> None:
    """Refuse before anything is written: a wish that is held then waits for somebody else's yes.

    Raises:
        Refused: The brake is on.
    """
    why = desk.connection.paused()
    if why:
        raise Refused(f"nightlatch is paused ({why}), so nothing was changed; resume it under Health first")
