"""An audit goes through secrets, functions and the account, and can be cut off anywhere without losing or doubling."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import repeat
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightlatch.adapters.books.book_dynamodb import DynamoBook
from nightlatch.adapters.books.book_sqlite import IN_MEMORY, SqliteBook
from nightlatch.adapters.table import Table
from nightlatch.checks import logging_debug, logging_leaks, rotation_off, vpc_no_endpoint, vpc_open_endpoint
from nightlatch.domain.errors import Refused, Unavailable
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.accounts import EndpointPosture
from nightlatch.domain.posture.checks import Check, Verdict, Violation
from nightlatch.domain.posture.comparing import HELD_FOR
from nightlatch.domain.posture.examples import FUNCTION, NOW, a_function, an_account
from nightlatch.domain.posture.findings import FindingKind, Mute, PostureFinding
from nightlatch.domain.posture.functions import FunctionPosture
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.reports import Kept, Stage, Standing
from nightlatch.domain.posture.secrets import SecretPosture
from nightlatch.domain.posture.terms import Terms
from nightlatch.domain.posture.unseen import NOT_COUNTED, Gap, seen
from nightlatch.domain.secret.metadata import RotationSettings
from nightlatch.service import audit_pages
from nightlatch.service.audit import Audit, Progress, audit
from nightlatch.service.audit_pages import MOST_ROTATORS, NAMED_PER_ROTATOR, Yardstick
from nightlatch.service.audit_ports import AuditPorts, Book
from posture_worlds import FakePremises, an_arn, bare, named
from worlds import a_client, a_table, on_moto

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
DENIED = Gap("secretsmanager:GetResourcePolicy", "not permitted")


class Killed(BaseException):
    """The process is gone."""


def _policy(secret: SecretPosture, _: Terms) -> Verdict:
    return Violation(reason="open") if seen(secret.policy_text) == "open" else None


def _use(secret: SecretPosture, _: Terms) -> Verdict:
    return Violation(reason="unused") if not seen(secret.use).readers else None


def _debug(function: FunctionPosture, _: Terms) -> Verdict:
    return Violation(reason="debug") if any(one.is_debug for one in seen(function.variables)) else None


def _fault(secret: SecretPosture, _: Terms) -> Verdict:
    raise ZeroDivisionError if secret.name == "faulty" else NotImplementedError


def a_check(check_id: str, about: type, evaluate: Any) -> Check[Any]:
    practice = Practice.PILLAR
    return replace(rotation_off.CHECK, id=check_id, about=about, evaluate=evaluate, practice=practice, command=None)


POLICY, USE = a_check("policy.open", SecretPosture, _policy), a_check("use.none", SecretPosture, _use)
CHECKS = (rotation_off.CHECK, POLICY, USE, a_check("logging.debug", FunctionPosture, _debug))
BY = Yardstick(checks=CHECKS)


def whole(premises: FakePremises, book: Book, *, by: Yardstick = BY, now: datetime = NOW) -> Audit:
    """Audit in one piece."""
    done = audit(AuditPorts(premises, book), by=by, now=lambda: now, until=now + DAY, at_once=True)
    assert done.progress is Progress.FINISHED
    return done


def told(book: Book) -> dict[str, str]:
    """Give what stands in the book, by what it is about."""
    return {f"{one.finding.check} {one.finding.name}": one.standing.value for one in book.findings()}


def results(book: Book) -> list[Kept]:
    return sorted(book.findings(), key=lambda one: one.finding.id)


@pytest.fixture
def book() -> Book:
    return SqliteBook(IN_MEMORY)


def test_all_is_judged_secrets_functions_and_the_account_and_counted(book):
    premises = FakePremises([bare("a"), named("b"), bare("c")])

    done = whole(premises, book)

    assert told(book) == {"rotation.off a": "new", "rotation.off c": "new"}
    run = book.last()
    assert run == done.run
    assert (run.secrets, run.functions, run.pages, run.gaps, run.calls) == (3, 1, 4, 0, 4)
    assert run.counts["rotation.off"] == {"violated": 2, "clean": 1}
    assert (run.stage, run.finished_at) == (Stage.DONE, NOW)


def test_functions_are_looked_at_by_what_secrets_name_them_the_first_of_these(book):
    names = [f"s{number}" for number in range(NAMED_PER_ROTATOR + 2)]
    versioned = RotationSettings(enabled=True, lambda_arn=f"{FUNCTION}:live")
    premises = FakePremises([*(named(name) for name in names), named("t", rotation=versioned)])

    whole(premises, book)

    assert premises.rotators == {FUNCTION: tuple(names[:NAMED_PER_ROTATOR])}


def test_without_time_nothing_is_begun_and_nobody_is_kept_from_going_on(book):
    ports = AuditPorts(FakePremises([bare("a")]), book)

    assert audit(ports, by=BY, now=lambda: NOW, until=NOW) == Audit(Progress.STOPPED)
    assert whole(ports.premises, book).run.begun_at == NOW


def test_each_page_is_heard_of(book):
    heard = []

    audit(AuditPorts(FakePremises([bare("a")]), book), by=BY, now=lambda: NOW, until=NOW + DAY, heard=heard.append)

    assert [run.stage for run in heard] == [Stage.FUNCTIONS, Stage.ACCOUNT, Stage.DONE]


def test_nothing_is_done_where_no_audit_is_due(book):
    premises = FakePremises([bare("a")])
    whole(premises, book)
    premises.calls = 0

    again = audit(AuditPorts(premises, book), by=BY, now=lambda: NOW, until=NOW + DAY)

    assert (again, premises.calls) == (Audit(Progress.FRESH), 0)


def test_time_that_is_over_stops_it_and_the_next_invocation_goes_on(book):
    premises = FakePremises([bare("a"), bare("b"), bare("c")])
    ports = AuditPorts(premises, book)
    moments = iter([NOW, NOW, NOW, NOW + DAY])

    stopped = audit(ports, by=BY, now=lambda: next(moments), until=NOW + timedelta(minutes=3))

    assert (stopped.progress, stopped.run.pages, told(book)) == (Progress.STOPPED, 1, {})
    later = NOW + HELD_FOR
    done = audit(ports, by=BY, now=lambda: later, until=later + DAY)
    assert (done.progress, done.run.begun_at, len(told(book))) == (Progress.FINISHED, NOW, 3)


def test_what_nobody_could_look_at_is_told_by_its_call_and_earlier_findings_stay_open(book):
    whole(FakePremises([named("a", policy_text="open")]), book)

    done = whole(FakePremises([named("a", policy_text=DENIED)]), book, now=NOW + DAY)

    assert told(book) == {"policy.open a": "open", f"audit.not-seen.{DENIED.action} a": "new"}
    assert done.run.gaps == 1


def test_what_is_said_once_of_the_account_is_said_once_with_all_that_was_left_out(book):
    other = a_check("use.other", SecretPosture, _use)
    secrets = [named("a", use=NOT_COUNTED, owning_service="rds"), named("b", use=NOT_COUNTED), named("c")]
    of_managed = replace(USE, of_managed=True)
    by = Yardstick(checks=(of_managed, other))

    done = whole(FakePremises([*secrets, named("d", use=NOT_COUNTED)], page=1), book, by=by)

    [kept] = book.findings()
    assert (kept.finding.name, kept.finding.check) == (an_account().name, "audit.not-seen.nightlatch:use")
    assert kept.finding.evidence == ("not judged: use.none", "not judged: use.other")
    assert (done.run.gaps, done.run.once) == (1, ())


def test_a_finding_is_fixed_only_where_its_check_looked_again_and_found_it_fine(book):
    found = ["mended", "spared", "denied", "faulty", "left-out", "muted", "deleted"]
    clause = {"spared": {"owning_service": "rds"}, "denied": {"policy_text": DENIED}}
    by = Yardstick(checks=(POLICY,))
    whole(FakePremises([named(one, policy_text="open") for one in found]), book, by=by)
    mute = Mute(checks=("*",), names=("muted",), owner="ana", reason="known", expires=NOW + 9 * DAY)

    def fails_for_one(one: SecretPosture, terms: Terms) -> Verdict:
        return _fault(one, terms) if one.name == "faulty" else _policy(one, terms)

    broken = replace(POLICY, evaluate=fails_for_one)
    now = [named(one, **clause.get(one, {})) for one in ("mended", "spared", "denied", "faulty")]
    now += [named("muted", policy_text="open")]

    premises = FakePremises(now, left_out=(an_arn("left-out"),))
    whole(premises, book, by=Yardstick(checks=(broken,), mutes=(mute,)), now=NOW + DAY)

    assert {name: standing for name, standing in told(book).items() if name.startswith("policy.open")} == {
        "policy.open mended": "fixed",
        "policy.open spared": "spared",
        "policy.open denied": "open",
        "policy.open faulty": "open",
        "policy.open left-out": "open",
        "policy.open muted": "open",
        "policy.open deleted": "fixed",  # AWS's list was read to its end, and it is not on it
    }


def test_what_a_check_found_that_is_no_longer_asked_is_not_fixed(book):
    whole(FakePremises([named("a", policy_text="open"), bare("b")]), book)

    done = whole(FakePremises([named("a"), named("b")]), book, by=Yardstick(checks=(POLICY,)), now=NOW + DAY)

    assert told(book) == {"policy.open a": "fixed", "rotation.off b": "spared"}
    assert done.run.asked == ("policy.open",)


def test_a_check_that_fails_is_told_and_silences_no_other(book):
    by = Yardstick(checks=(a_check("bad.one", SecretPosture, _fault), rotation_off.CHECK))

    whole(FakePremises([bare("faulty")]), book, by=by)

    assert told(book) == {"audit.fault.bad.one faulty": "new", "rotation.off faulty": "new"}


def test_a_secret_that_vanished_meanwhile_is_told_by_its_name_and_its_findings_are_gone(book):
    whole(FakePremises([bare("a"), bare("b")]), book)

    whole(FakePremises([bare("a"), bare("b")], gone=(an_arn("a"),)), book, now=NOW + DAY)

    assert told(book) == {"rotation.off a": "fixed", "rotation.off b": "open", "audit.vanished a": "new"}


@pytest.mark.parametrize(
    ("what", "action", "standing"),
    [
        (
            "secrets",
            "secretsmanager:ListSecrets",
            {"rotation.off a": "open", "logging.debug rotate-db": "open", "policy.open b": "open"},
        ),
        (
            "functions",
            "lambda:ListFunctions",
            {"rotation.off a": "fixed", "logging.debug rotate-db": "open", "policy.open b": "open"},
        ),
    ],
)
def test_a_list_that_is_refused_is_told_and_the_rest_goes_on(book, what, action, standing):
    debug = a_function(variables=(replace(a_function().variables[0], is_debug=True),))
    whole(FakePremises([bare("a"), named("b", policy_text="open")], functions_listed=(debug,)), book)
    premises = FakePremises([named("a"), named("b", policy_text="open")], fails={what: Refused("not permitted")})

    done = whole(premises, book, now=NOW + DAY)

    assert told(book) == {**standing, f"audit.not-seen.{action} account 111122223333 in eu-west-1": "new"}
    assert (done.run.unlisted, done.run.gaps) == ((Stage(what),), 1)


REFUSED = Refused("not permitted")
WIDE_NET = an_account(endpoints=(EndpointPosture(vpc="vpc-1", endpoint="vpce-1", has_private_dns=True, is_open=True),))
AROUND = Yardstick(checks=(vpc_no_endpoint.CHECK, vpc_open_endpoint.CHECK, logging_debug.CHECK, logging_leaks.CHECK))


def evidence(book: Book, action: str) -> tuple[str, ...]:
    """Say which checks could not judge for want of an answer."""
    [found] = [one.finding for one in book.findings() if one.finding.check == f"audit.not-seen.{action}"]
    return found.evidence


@pytest.mark.parametrize(
    ("what", "action", "hidden"),
    [
        (
            "secrets",
            "secretsmanager:ListSecrets",
            ("not judged: logging.debug", "not judged: logging.leaks", "not judged: vpc.no-endpoint"),
        ),
        ("functions", "lambda:ListFunctions", ("not judged: vpc.no-endpoint",)),
    ],
)
def test_without_a_list_no_check_takes_what_it_does_not_know_for_nothing_there(book, what, action, hidden):
    elsewhere = a_function(rotates=(), name="app")
    premises = FakePremises([named("a")], functions_listed=(elsewhere,), whole=WIDE_NET, fails={what: REFUSED})

    done = whole(premises, book, by=AROUND)

    assert evidence(book, action) == hidden
    assert done.run.counts["vpc.no-endpoint"] == {"unseen": 1}
    assert done.run.counts["vpc.open-endpoint"] == {"violated": 1}  # this is known all the same
    assert done.run.gaps == 1


def test_a_rotation_function_that_nobody_could_look_at_leaves_open_whether_a_vpc_lacks_an_endpoint(book):
    gap = Gap("lambda:GetFunctionConfiguration", "denied")

    whole(FakePremises([named("a")], whole=replace(WIDE_NET, unplaced=gap)), book, by=AROUND)

    assert evidence(book, gap.action) == ("not judged: vpc.no-endpoint",)


def test_what_was_seen_to_be_wrong_is_told_though_not_all_could_be_seen(book):
    without = replace(WIDE_NET, endpoints=(EndpointPosture(vpc="vpc-2", functions=("rotate-db",)),))

    whole(FakePremises([named("a")], whole=without, fails={"functions": REFUSED}), book, by=AROUND)

    assert "vpc.no-endpoint account 111122223333 in eu-west-1" in told(book)


def test_a_list_that_goes_round_is_left_and_the_rest_goes_on(book):
    whole(FakePremises([bare("a"), bare("b"), bare("c")], page=1), book)
    premises = FakePremises([bare("a"), named("b"), named("c")], page=1, goes_round=True)

    done = whole(premises, book, now=NOW + DAY)

    assert told(book) == {
        "rotation.off a": "open",
        "rotation.off b": "open",
        "rotation.off c": "open",
        "audit.not-seen.secretsmanager:ListSecrets account 111122223333 in eu-west-1": "new",
    }
    assert (done.run.unlisted, done.run.functions) == ((Stage.SECRETS,), 1)


def test_a_list_without_an_end_is_left_though_each_of_its_places_is_new(book, monkeypatch):
    monkeypatch.setattr(audit_pages, "MOST_PAGES", 2)

    done = whole(FakePremises([bare(name) for name in "abcdef"], page=1), book)

    assert (done.run.secrets, done.run.unlisted) == (2, (Stage.SECRETS, Stage.FUNCTIONS))
    lists = {
        one.check for one in (kept.finding for kept in book.findings()) if one.title == "Could not list to the end"
    }
    assert lists == {"audit.not-seen.secretsmanager:ListSecrets", "audit.not-seen.lambda:ListFunctions"}


def test_the_audit_begins_anew_where_aws_has_forgotten_the_place_in_its_list(book):
    premises = FakePremises([bare("a"), bare("b"), bare("c")], forgets={"2"})

    def heard(run) -> None:
        if run.pages == 0:
            premises.forgets.clear()
            premises.listed = [bare("c"), bare("d")]

    done = audit(AuditPorts(premises, book), by=BY, now=lambda: NOW, until=NOW + DAY, heard=heard)

    assert (done.progress, done.run.secrets) == (Progress.FINISHED, 2)
    assert told(book) == {"rotation.off c": "new", "rotation.off d": "new"}


def test_an_audit_that_aws_sends_back_again_and_again_ends_its_invocation(book):
    premises = FakePremises([bare("a"), bare("b"), bare("c")], forgets={"2"})

    done = audit(AuditPorts(premises, book), by=BY, now=lambda: NOW, until=NOW + DAY)

    assert (done.progress, done.run.pages, premises.calls) == (Progress.RESTARTS, 0, 4)


def test_what_is_muted_is_found_all_the_same_and_an_expired_mute_is_told(book):
    def mute(names: str, expires: datetime) -> Mute:
        return Mute(checks=("rotation.*",), names=(names,), owner="ana", reason="planned", expires=expires)

    mutes = (mute("a*", NOW + DAY), mute("b*", NOW))

    whole(FakePremises([bare("a"), bare("b")]), book, by=Yardstick(checks=CHECKS, mutes=mutes))

    found = {one.finding.name: one.finding for one in book.findings()}
    assert (found["a"].muted, found["b"].muted) == (mutes[0], None)
    [expired] = (one for one in found.values() if one.check == "audit.mute-expired")
    assert expired.evidence == ("rotation.* on b* until 2026-03-02 (ana)",)


def test_remarks_can_be_muted_too(book):
    mute = Mute(checks=("audit.vanished",), names=("tmp/*",), owner="ana", reason="ours", expires=NOW + DAY)
    premises = FakePremises([bare("tmp/a")], gone=(an_arn("tmp/a"),))

    whole(premises, book, by=Yardstick(checks=CHECKS, mutes=(mute,)))

    assert [one.finding.muted for one in book.findings()] == [mute]


def test_more_rotation_functions_than_can_be_noted_are_told(book):
    rotations = [RotationSettings(enabled=True, lambda_arn=f"{FUNCTION}-{n}") for n in range(MOST_ROTATORS + 2)]
    premises = FakePremises([named(f"s{n}", rotation=one) for n, one in enumerate(rotations)], page=700)

    whole(premises, book)

    assert len(premises.rotators) == MOST_ROTATORS
    assert list(told(book)) == ["audit.not-seen.rotation-functions account 111122223333 in eu-west-1"]


def test_long_names_never_make_a_run_too_long_to_be_kept_and_what_was_not_noted_is_told(monkeypatch):
    drawn = random.Random(7)  # noqa: S311 - names that do not compress
    letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/_+=.@-"
    names = ["".join(drawn.choices(letters, k=512)) for _ in range(2_000)]
    rotations = [RotationSettings(enabled=True, lambda_arn=f"{FUNCTION}-{name[:60]}") for name in names]
    premises = FakePremises([named(n, rotation=one) for n, one in zip(names, rotations, strict=True)], page=100)

    with on_moto(monkeypatch):  # it refuses an item of more than 400 KB, as DynamoDB does
        book = DynamoBook(a_table()[0])
        whole(premises, book, by=Yardstick(checks=(a_check("logging.debug", FunctionPosture, _debug),)))

        assert 0 < len(premises.rotators) < len(names)
        assert "audit.not-seen.rotation-functions account 111122223333 in eu-west-1" in told(book)


# --- cut anywhere


NAMES = ["a", "b", "c", "d", "e"]
KINDS = st.sampled_from(["clean", "bare", "open", "denied", "uncounted", "gone"])


def of_kind(name: str, kind: str) -> SecretPosture:
    return {
        "clean": named(name),
        "bare": bare(name),
        "open": named(name, policy_text="open"),
        "denied": bare(name, policy_text=DENIED),
        "uncounted": named(name, use=NOT_COUNTED),
        "gone": named(name),
    }[kind]


def an_estate(kinds: list[str]) -> FakePremises:
    secrets = [of_kind(name, kind) for name, kind in zip(NAMES, kinds, strict=False)]
    return FakePremises(
        secrets, gone=tuple(one.arn for one, kind in zip(secrets, kinds, strict=True) if kind == "gone")
    )


class Cut:
    """Stops an audit: by time that is over, by AWS that cannot be asked, by a process that is killed."""

    def __init__(self, premises: FakePremises, ways: list[str]) -> None:
        self._ways = iter(ways)
        self._premises = premises

    def go_on(self, book: Book, now: datetime) -> Audit | None:
        way = next(self._ways, "none")
        moments = iter([now, now, now]) if way == "time" else repeat(now)  # over after a page
        self._premises.fails = {"secrets": Unavailable("not now"), "functions": Killed()} if way == "aws" else {}

        def heard(_run: object) -> None:
            if way == "kill":
                raise Killed

        try:
            ports, until = AuditPorts(self._premises, book), now + MINUTE
            return audit(ports, by=BY, now=lambda: next(moments, until), until=until, at_once=True, heard=heard)
        except (Unavailable, Killed):
            return None


@given(
    before=st.lists(KINDS, min_size=5, max_size=5),
    after=st.lists(KINDS, min_size=5, max_size=5),
    ways=st.lists(st.sampled_from(["time", "aws", "kill", "none"]), max_size=9),
)
def test_an_audit_cut_anywhere_and_continued_gives_the_same_book_as_one_in_one_piece(before, after, ways):
    in_one, in_pieces = SqliteBook(IN_MEMORY), SqliteBook(IN_MEMORY)
    for one in (in_one, in_pieces):
        whole(an_estate(before), one)
    done = whole(an_estate(after), in_one, now=NOW + DAY)

    premises = an_estate(after)
    cut = Cut(premises, ways)
    now = NOW + DAY
    while (came := cut.go_on(in_pieces, now)) is None or came.progress is not Progress.FINISHED:
        now += timedelta(minutes=5)

    assert results(in_pieces) == results(in_one)
    last = in_pieces.last()
    assert replace(last, calls=0, finished_at=None) == replace(done.run, calls=0, finished_at=None)


class Mortal:
    """A table that is cut off after some calls, before or behind the last of them."""

    def __init__(self, client: Any, left: int, *, is_done: bool) -> None:
        self._client = client
        self._left = left
        self._is_done = is_done

    def __getattr__(self, name: str) -> Any:
        def call(**asked: Any) -> Any:
            self._left -= 1
            if self._left > 0:
                return getattr(self._client, name)(**asked)
            if self._left == 0 and self._is_done:
                getattr(self._client, name)(**asked)
            raise Killed

        return call


def lives(book: Book, premises: FakePremises, now: datetime) -> bool:
    """Audit, and tell whether it was not killed."""
    try:
        done = audit(AuditPorts(premises, book), by=BY, now=lambda: now, until=now + DAY, at_once=True)
    except Killed:
        return False
    return done.progress is Progress.FINISHED


def at_no_moment(book: Book) -> list[tuple[Standing, bool, PostureFinding]]:
    """Give what stands in a book but for when the audit began, which the death of its first call puts off."""
    return [(one.standing, one.first_seen == NOW, replace(one.finding, seen_at=NOW)) for one in results(book)]


BEFORE, AFTER = ["bare", "open", "denied", "clean", "uncounted"], ["clean", "denied", "bare", "bare", "gone"]


@pytest.fixture
def expected() -> list[tuple[Standing, bool, PostureFinding]]:
    book = SqliteBook(IN_MEMORY)
    whole(an_estate(BEFORE), book)
    whole(an_estate(AFTER), book, now=NOW + DAY)
    return at_no_moment(book)


@pytest.mark.parametrize("is_done", [False, True])
def test_an_auditor_killed_at_any_call_to_the_table_leaves_the_same_book(monkeypatch, expected, is_done):
    survived = False
    for calls in range(1, 100):
        with on_moto(monkeypatch):
            table, _ = a_table()
            whole(an_estate(BEFORE), DynamoBook(table))
            mortal = Table(Mortal(a_client("dynamodb"), calls, is_done=is_done), table._name)
            survived = lives(DynamoBook(mortal), an_estate(AFTER), NOW + DAY)
            book = DynamoBook(table)
            if book.last().begun_at == NOW:
                assert lives(book, an_estate(AFTER), NOW + DAY + HELD_FOR)

            assert at_no_moment(book) == expected, calls
        if survived:
            break
    assert survived


def test_an_auditor_killed_again_and_again_a_call_later_each_time_ends_with_the_same_book(monkeypatch, expected):
    with on_moto(monkeypatch):
        table, _ = a_table()
        whole(an_estate(BEFORE), DynamoBook(table))
        for death in range(100):
            mortal = Table(Mortal(a_client("dynamodb"), death // 2 + 1, is_done=bool(death % 2)), table._name)
            if lives(DynamoBook(mortal), an_estate(AFTER), NOW + DAY + death * HELD_FOR):
                break
            if DynamoBook(table).last().begun_at != NOW:
                break  # all was done but the tidying up

        assert death > 6
        assert at_no_moment(DynamoBook(table)) == expected


def test_whatever_a_name_holds_a_finding_comes_back_equal(book):
    finding = PostureFinding(
        check="a.b",
        practice=Practice.VPC,
        kind=FindingKind.VIOLATION,
        severity=Severity.LOW,
        subject=an_arn("ünï\u2028code"),
        name="ünï\u2028code\n\x85",
        account_id="1",
        region="r",
        title="t",
        reason="r",
        remedy="r.",
        seen_at=NOW,
    )
    run = book.begin(NOW, account_id="1", region="r", at_once=True).with_page(())
    book.keep(run, [finding], ())
    book.finish(run)

    assert list(book.findings()) == [Kept(finding=finding, standing=Standing.NEW, first_seen=NOW)]
