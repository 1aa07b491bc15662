"""Where no nightlatch is deployed, or nobody may look whether one is, the account alone is reached."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from nightlatch.domain.errors import NotFound, Refused, Unavailable
from nightlatch.domain.event.secrets import SecretRef
from nightlatch.domain.posture.examples import NOW, a_secret
from nightlatch.domain.posture.secrets import Protected
from nightlatch.domain.posture.unseen import NOT_COUNTED, NOT_DEPLOYED, Gap
from nightlatch.reach.bare import reach
from nightlatch.reach.premises import AsFarAsAllowed, NothingCounted, NothingDeployed
from nightlatch.reach.where import Where

SECRETS = (a_secret().secret,)


@contextmanager
def answering(status: int, code: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let CloudFormation answer every call with an error."""

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            error = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>no</Message></Error>"
            body = f"<ErrorResponse>{error}<RequestId>r</RequestId></ErrorResponse>".encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDFORMATION", f"http://127.0.0.1:{server.server_port}")
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.setenv(name, "testing")
        monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
        try:
            yield
        finally:
            server.shutdown()
            thread.join()


def test_without_a_stack_of_the_usual_name_the_account_is_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(400, "ValidationError", monkeypatch):
        reached = reach(Where())

    assert (reached.is_deployed, reached.doubt, reached.connection.region) == (False, "", "eu-west-1")


def test_whoever_may_not_look_for_a_stack_is_told_that_nobody_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(403, "AccessDenied", monkeypatch):
        reached = reach(Where())

    assert not reached.is_deployed
    assert reached.doubt.startswith("cloudformation:DescribeStacks was denied")


@pytest.mark.parametrize(
    ("code", "where", "error"),
    [
        ("ValidationError", Where(stack="other"), NotFound),
        ("AccessDenied", Where(stack="other"), Unavailable),
        ("ExpiredToken", Where(), Unavailable),
    ],
)
def test_a_stack_that_was_named_and_credentials_that_are_none_are_no_bare_account(
    code: str, where: Where, error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    with answering(403, code, monkeypatch), pytest.raises(error):
        reach(where)


def test_what_only_a_nightlatch_knows_is_a_gap_without_one() -> None:
    assert NothingCounted().of(SECRETS) is NOT_COUNTED
    assert NothingDeployed().of(SECRETS) is NOT_DEPLOYED
    assert NothingDeployed().restore_proven_at() is NOT_DEPLOYED


class Kept:
    """Tables that are answered for, or not."""

    def __init__(self, error: Exception | None = None) -> None:
        self._error = error

    def of(self, secrets: Sequence[SecretRef]) -> Mapping[SecretRef, Protected] | Gap:
        self._answer()
        return {one: Protected(is_guarded=True, wants_guard=True) for one in secrets}

    def restore_proven_at(self) -> datetime | Gap | None:
        self._answer()
        return NOW

    def _answer(self) -> None:
        if self._error is not None:
            raise self._error


@pytest.mark.parametrize("error", [Refused("not permitted"), Unavailable("no answer")])
def test_tables_that_may_not_be_read_are_a_gap_said_once_and_no_end(error: Exception) -> None:
    kept = AsFarAsAllowed(Kept(error))

    for gap in (kept.of(SECRETS), kept.restore_proven_at()):
        assert isinstance(gap, Gap)
        assert gap.is_once
        assert str(error) in gap.why


def test_tables_that_are_read_say_what_they_say() -> None:
    kept = AsFarAsAllowed(Kept())

    assert kept.restore_proven_at() == NOW
    assert list(kept.of(SECRETS)) == list(SECRETS)  # type: ignore[arg-type]
