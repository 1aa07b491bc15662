"""The narrator: every signed call that reaches moto becomes a CloudTrail record, as AWS would have written it.

    request ──> read who and what ──> moto (answers) ──> read the answer ──> tell(envelope)
                                        │ happenings: labels moved, versions deleted, a key used
                                        └────────────────────────────────────────────> tell(envelope)

moto emits nothing when it is called. The narrator stands around it as WSGI middleware, so boto3 in this
process, the `aws` CLI and the functions of the stage are heard alike. It never changes an answer. What it
could not tell is kept in `failures`, logged, and raised by `raise_failures()`: a call without a record would
be a blind spot that no test sees.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from nightlatch.local.aws.callers import Caller, account_of, identify
from nightlatch.local.aws.happenings import Happening, Kind, listening
from nightlatch.local.narrator.answers import Answer, has_told_answer, parsed, refusal, response_elements
from nightlatch.local.narrator.calls import ApiCall, Environ, SignedBy, read_call, signature
from nightlatch.local.narrator.companions import fanned_out, request_of, resources_of
from nightlatch.local.narrator.key_uses import told_by_kms
from nightlatch.local.narrator.records import Envelope, Told, api_call
from nightlatch.local.narrator.service_events import told_by_service

logger = logging.getLogger(__name__)

WsgiApp = Callable[[Environ, Any], Iterable[bytes]]
Tell = Callable[[Envelope], None]

# A rotation calls its function inside the call, so its start is told before anything the function does.
_TOLD_AT_ONCE = frozenset({Kind.ROTATION_STARTED, Kind.ROTATION_TEST_STARTED})


class Unanswered(RuntimeError):
    """moto raised instead of answering: see the server's log, and teach `local/fidelity` the call."""


@dataclass(frozen=True, slots=True)
class NarrationFailure:
    """A call that was answered and not told, and why; the request itself is not kept, it may hold a secret."""

    what: str
    error: Exception


@dataclass(frozen=True, slots=True, kw_only=True)
class _Heard:
    """What is known of a call before moto answers: the call may delete the key it was signed with."""

    call: ApiCall
    caller: Caller
    at: datetime
    source_ip: str
    user_agent: str


class Narrator:
    """WSGI middleware around moto that tells each call, and each happening behind it, as an EventBridge envelope."""

    def __init__(self, app: WsgiApp, tell: Tell, now: Callable[[], datetime]) -> None:
        self.app = app
        self.failures: list[NarrationFailure] = []
        self._tell = tell
        self._now = now

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        """Let moto answer a request, then tell it."""
        signed_by = signature(environ)
        if signed_by is None:
            return self.app(environ, start_response)
        heard: _Heard | None = None
        with self._failing_loudly(signed_by.service):
            heard = self._hear(environ, signed_by)
        if heard is None:
            return self.app(environ, start_response)
        return [self._answer_and_tell(heard, environ, start_response).body]

    def overhear(self, deed: Callable[[], None]) -> None:
        """Tell what happens while the stage itself acts on Secrets Manager, as when a recovery window ends."""
        happenings: list[Happening] = []
        with listening(happenings.append):
            deed()
        self._tell_happenings(happenings)

    def raise_failures(self) -> None:
        """Raise what could not be told so far.

        Raises:
            ExceptionGroup: At least one call was answered without being told.
        """
        if self.failures:
            whats = ", ".join(sorted({failure.what for failure in self.failures}))
            raise ExceptionGroup(f"calls that were not narrated: {whats}", [each.error for each in self.failures])

    def _hear(self, environ: Environ, signed_by: SignedBy) -> _Heard | None:
        call = read_call(environ, signed_by)
        if call is None:
            return None
        home = environ.get("HTTP_X_MOTO_ACCOUNT_ID")
        account_id = home or account_of(signed_by.access_key)
        return _Heard(
            call=call,
            caller=identify(signed_by.access_key, account_id),
            at=self._now(),
            source_ip=_source_ip(environ),
            user_agent=environ.get("HTTP_USER_AGENT", ""),
        )

    def _answer_and_tell(self, heard: _Heard, environ: Environ, start_response: Any) -> Answer:
        happenings: list[Happening] = []
        answer: Answer | None = None
        try:
            with listening(lambda happening: self._on_happening(happening, happenings)):
                answer = _answered(self.app, environ, start_response)
            return answer
        finally:
            with self._failing_loudly(repr(heard.call)):
                if answer is None:
                    raise Unanswered(f"moto failed in {heard.call!r}; what it had done by then cannot be told")
                self._tell_call(heard, answer)
            self._tell_happenings(happenings, heard.caller)

    def _tell_call(self, heard: _Heard, answer: Answer) -> None:
        call = heard.call
        is_batch = (call.service, call.name) == ("secretsmanager", "BatchGetSecretValue")
        needed = answer.is_refusal or is_batch or has_told_answer(call)
        response = parsed(call, answer) if needed else {}
        record = Told(
            call=call,
            caller=heard.caller,
            at=heard.at,
            source_ip=heard.source_ip,
            user_agent=heard.user_agent,
            request_id=answer.headers.get("x-amzn-requestid") or str(uuid4()),
            request=request_of(call, heard.caller.account_id),
            response=None if answer.is_refusal else response_elements(call, response),
            refusal=refusal(call, response) if answer.is_refusal else None,
            resources=() if answer.is_refusal else resources_of(call, heard.caller.account_id, response),
        )
        self._tell(api_call(record))
        if is_batch and not answer.is_refusal:
            for read in fanned_out(record, response):
                self._tell(api_call(read))

    def _on_happening(self, happening: Happening, later: list[Happening]) -> None:
        if happening.kind in _TOLD_AT_ONCE:
            self._tell_happenings([happening])
        else:
            later.append(happening)

    def _tell_happenings(self, happenings: Iterable[Happening], caller: Caller | None = None) -> None:
        for happening in happenings:
            with self._failing_loudly(str(happening.kind)):
                if happening.kind is not Kind.KEY_USED:
                    self._tell(told_by_service(happening, self._now()))
                elif caller is not None:
                    self._tell(told_by_kms(happening, caller, self._now()))

    @contextmanager
    def _failing_loudly(self, what: str) -> Iterator[None]:
        try:
            yield
        except Exception as error:  # noqa: BLE001 - whatever goes wrong in telling, the caller gets AWS's answer
            self.failures.append(NarrationFailure(what, error))
            # The message of the error may quote the request, so only its type is logged.
            logger.error("call not narrated", extra={"call": what, "error": type(error).__name__})  # noqa: TRY400


def _answered(app: WsgiApp, environ: Environ, start_response: Any) -> Answer:
    """Run the application to its end and keep a copy of what it answered."""
    started: dict[str, Any] = {}

    def remember(status: str, headers: list[tuple[str, str]], *exc_info: Any) -> Any:
        started["status"] = int(status.split(" ", 1)[0])
        started["headers"] = {name.lower(): value for name, value in headers}
        return start_response(status, headers, *exc_info)

    chunks = app(environ, remember)
    try:
        body = b"".join(chunks)
    finally:
        close = getattr(chunks, "close", None)
        if close is not None:
            close()
    return Answer(status=started["status"], headers=started["headers"], body=body)


def _source_ip(environ: Environ) -> str:
    """Read where a call came from: a scene says it in X-Forwarded-For, a person at the machine is the peer."""
    forwarded = environ.get("HTTP_X_FORWARDED_FOR", "").split(",", 1)[0].strip()
    return forwarded or str(environ.get("REMOTE_ADDR", ""))
