"""An audit that is over is told once and exported whole, however often the auditor is stopped in between."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from fakes import FakeDispatch, FakeNotices, FixedClock
from fakes_telling import FakeDigests, FakeSlack, FakeSns, FakeStorms
from nightlatch.adapters.books.audit_notes import DynamoAuditNotes
from nightlatch.adapters.books.book_sqlite import IN_MEMORY, SqliteBook
from nightlatch.domain.errors import Refused, Unavailable
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.examples import ACCOUNT, NOW, REGION
from nightlatch.domain.posture.reports import Kept
from nightlatch.service import audit_news
from nightlatch.service.audit import audit
from nightlatch.service.audit_news import NewsPorts, Spread, spread_news
from nightlatch.service.audit_pages import Yardstick
from nightlatch.service.audit_ports import AuditPorts
from nightlatch.service.ports import Notice
from nightlatch.service.summarise import SummaryPorts, is_summary, tell_summary
from posture_worlds import FakePremises, a_posture_finding, named
from worlds import a_client, a_table, items_of, on_moto

DAY = timedelta(days=1)


@dataclass
class FakeHub:
    """The port `FindingsHub` in memory."""

    taken: list[str] = field(default_factory=list)
    refuses: str = ""  # names of a letter each
    fails: Exception | None = None

    def take(self, kept: Sequence[Kept], at: datetime) -> Sequence[str]:
        if self.fails is not None:
            raise self.fails
        self.taken += [f"{one.finding.name} {one.standing} {at:%H:%M}" for one in kept]
        return tuple(f"{one.finding.name} (InvalidInput)" for one in kept if one.finding.name in self.refuses)


@pytest.fixture
def notes(monkeypatch) -> Iterator[DynamoAuditNotes]:
    with on_moto(monkeypatch):
        yield DynamoAuditNotes(a_table()[0], now=FixedClock(NOW))


@pytest.fixture
def book() -> SqliteBook:
    return SqliteBook(IN_MEMORY)


def audited(book: SqliteBook, *names: str, severity: Severity = Severity.HIGH, now: datetime = NOW) -> str:
    run = book.begin(now, account_id=ACCOUNT, region=REGION, at_once=True).with_page(())
    book.keep(run, [a_posture_finding(name, severity=severity, seen_at=now) for name in names], ())
    book.finish(replace(run, finished_at=now))
    return run.id


def ports_of(book, notes, hub=None) -> NewsPorts:
    return NewsPorts(book=book, notes=notes, dispatch=FakeDispatch(), hub=hub)


def spread(ports: NewsPorts, until: datetime = NOW + DAY):
    return spread_news(ports, now=lambda: NOW, until=until)


def test_without_an_audit_there_is_no_news(book, notes):
    assert spread(ports_of(book, notes)) is None


def test_the_notifier_is_asked_once_and_finds_the_message(book, notes):
    run_id = audited(book, "prod/db")
    ports = ports_of(book, notes)

    first, second = spread(ports), spread(ports)

    assert (first.new_grave_count, second) == (1, None)
    assert ports.dispatch.notices == [Notice("audit", run_id)]
    assert notes.message(run_id).title == "Audit: 1 new finding of HIGH or worse"


def test_an_audit_that_was_refused_its_list_is_told_though_it_found_less_than_before(book, notes):
    for day, fails in enumerate(({}, {"secrets": Refused("not permitted")})):
        now = NOW + day * DAY
        auditing = AuditPorts(FakePremises([named("prod/db")], fails=fails), book)
        run = audit(auditing, by=Yardstick(checks=()), now=lambda now=now: now, until=now + DAY, at_once=True).run
        ports = ports_of(book, notes)
        spread(ports)

        assert [one.mark for one in ports.dispatch.notices] == ([run.id] if fails else [])

    message = notes.message(run.id)
    assert message.title == "Audit: it can no longer see much"
    assert "Could no longer look: secretsmanager:ListSecrets at the account" in message.lines


def test_what_became_grave_while_it_stood_open_is_told(book, notes):
    audited(book, "prod/db", severity=Severity.LOW)
    spread(ports_of(book, notes))

    run_id = audited(book, "prod/db", severity=Severity.CRITICAL, now=NOW + DAY)
    ports = ports_of(book, notes)
    spread(ports)

    assert notes.message(run_id).title == "Audit: 1 finding graver than before"
    assert len(ports.dispatch.notices) == 1


def test_nobody_is_bothered_by_what_is_not_grave_and_figures_are_given_all_the_same(book, notes):
    run_id = audited(book, "a", "b", severity=Severity.LOW)
    ports = ports_of(book, notes)

    news = spread(ports)

    assert news.open == {Severity.LOW: 2}
    assert (ports.dispatch.notices, notes.message(run_id)) == ([], None)


def test_a_queue_that_takes_nothing_now_is_asked_again(book, notes, monkeypatch):
    audited(book, "prod/db")
    ports = ports_of(book, notes)
    alert = ports.dispatch.alert

    def refuses(_notice: Notice) -> None:
        raise Unavailable("not now")

    monkeypatch.setattr(ports.dispatch, "alert", refuses)
    with pytest.raises(Unavailable):
        spread(ports)
    monkeypatch.setattr(ports.dispatch, "alert", alert)

    assert spread(ports) is not None
    assert len(ports.dispatch.notices) == 1


def test_all_that_was_found_and_fixed_is_exported_once(book, notes):
    audited(book, "a", "b", severity=Severity.LOW)
    audited(book, "b", severity=Severity.LOW, now=NOW + DAY)
    hub = FakeHub()

    for _ in range(2):
        spread(ports_of(book, notes, hub))

    assert sorted(hub.taken) == ["a fixed 09:00", "b open 09:00"]


def test_what_the_hub_does_not_take_is_told_once_and_keeps_nothing_from_being_exported(book, notes, monkeypatch):
    monkeypatch.setattr(audit_news, "AT_ONCE", 2)
    run_id = audited(book, *"abcde", severity=Severity.LOW)
    hub = FakeHub(refuses="ae")
    ports = ports_of(book, notes, hub)

    for _ in range(2):
        spread(ports)

    assert len(hub.taken) == 5
    assert ports.dispatch.notices == [Notice("audit", f"{run_id}-export")]
    message = notes.message(f"{run_id}-export")
    assert message.title == "Audit: Security Hub did not take 2 of 5 findings"
    assert sorted(message.lines[:2]) == ["a (InvalidInput)", "e (InvalidInput)"]
    assert notes.spread(run_id).is_exported


def test_what_was_refused_before_an_export_was_stopped_is_told_with_the_rest(book, notes, monkeypatch):
    monkeypatch.setattr(audit_news, "AT_ONCE", 1)
    run_id = audited(book, *"abcdefghijklmnop", severity=Severity.LOW)
    hub = FakeHub(refuses="abcdefghijklmnop")

    for _ in range(20):
        moments = iter([NOW])
        spread_news(ports_of(book, notes, hub), now=lambda m=moments: next(m, NOW + DAY), until=NOW + DAY)

    message = notes.message(f"{run_id}-export")
    assert message.title == "Audit: Security Hub did not take 16 of 16 findings"
    assert "and 6 more of them" in message.lines


def test_an_export_goes_on_where_it_was_stopped(book, notes, monkeypatch):
    monkeypatch.setattr(audit_news, "AT_ONCE", 2)
    run_id = audited(book, *"abcde")
    hub = FakeHub()
    moments = iter([NOW, NOW + DAY])
    ports = ports_of(book, notes, hub)

    spread_news(ports, now=lambda: next(moments), until=NOW + DAY)
    assert (len(hub.taken), notes.spread(run_id)) == (2, Spread(is_told=True, exported=2))
    hub.fails = Unavailable("not now")
    with pytest.raises(Unavailable):
        spread(ports)
    hub.fails = None
    spread(ports)

    assert (len(hub.taken), len(set(hub.taken))) == (5, 5)
    assert notes.spread(run_id) == Spread(is_told=True, exported=5, is_exported=True)


def test_people_are_told_though_the_hub_takes_nothing(book, notes):
    audited(book, "prod/db")
    ports = ports_of(book, notes, FakeHub(fails=Unavailable("no permission")))

    with pytest.raises(Unavailable):
        spread(ports)

    assert len(ports.dispatch.notices) == 1


def test_a_message_is_told_on_every_channel_once(book, notes):
    run_id = audited(book, "prod/db")
    ports = ports_of(book, notes)
    spread(ports)
    slack, sns = FakeSlack(), FakeSns()
    summaries = SummaryPorts(
        digests=FakeDigests(),
        storms=FakeStorms(),
        held_back=FakeStorms(),
        notices=FakeNotices(),
        channels=lambda: (slack, sns),
        audits=notes,
    )

    [notice] = ports.dispatch.notices
    assert is_summary(notice)
    told = [tell_summary(notice, ports=summaries, now=NOW) for _ in range(2)]

    assert told == [("slack", "sns"), ()]
    assert slack.summaries[0][0] == notes.message(run_id)


def test_a_message_that_has_expired_is_told_to_nobody(notes):
    summaries = SummaryPorts(
        digests=FakeDigests(),
        storms=FakeStorms(),
        held_back=FakeStorms(),
        notices=FakeNotices(),
        channels=lambda: (FakeSlack(),),
        audits=notes,
    )

    assert tell_summary(Notice("audit", "long ago"), ports=summaries, now=NOW) == ()


def test_notes_expire(book, notes):
    audited(book, "prod/db")
    spread(ports_of(book, notes))

    items = items_of(a_client("dynamodb"))
    assert len(items) == 2
    assert all("expires_at" in item for item in items)
