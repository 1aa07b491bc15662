"""Threads of the notifier: channels are told at the same time, and nobody waits for one that never ends its answer."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Thread
from typing import TypeVar

from nightlatch.domain.errors import Unavailable

MOST_AT_ONCE = 8  # as many channels as there are kinds of them; DynamoDB's client has ten connections
_Got = TypeVar("_Got")


def pool() -> ThreadPoolExecutor:
    """Give threads for telling all channels at the same time."""
    return ThreadPoolExecutor(MOST_AT_ONCE, thread_name_prefix="channel")


def within(run: Callable[[], _Got], seconds: float) -> _Got:
    """Run something and wait so long for it; afterwards it may go on, and nobody hears of it.

    Raises:
        Unavailable: It has not ended by then.
    """
    ended: Future[_Got] = Future()

    def tell() -> None:
        try:
            ended.set_result(run())
        except BaseException as error:  # noqa: BLE001 - it is raised where somebody waits
            ended.set_exception(error)

    Thread(target=tell, name="channel-try", daemon=True).start()
    try:
        return ended.result(seconds)
    except TimeoutError:
        if ended.done():
            raise  # its own
        raise Unavailable(f"it did not answer within {seconds:g} s") from None
