"""The book of audits: what is kept of a page, whose turn it is, and what is new, open and fixed; in both stores."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from nightlatch.adapters.books import book_dynamodb, stored_runs
from nightlatch.adapters.books.book_dynamodb import DynamoBook
from nightlatch.adapters.books.book_sqlite import SqliteBook
from nightlatch.domain.errors import Unavailable
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.comparing import GIVEN_UP_AFTER, HELD_FOR
from nightlatch.domain.posture.examples import ACCOUNT, FUNCTION, NOW, REGION
from nightlatch.domain.posture.findings import Mute, PostureFinding
from nightlatch.domain.posture.reports import Run, Stage
from nightlatch.service.audit_ports import Book
from posture_worlds import a_posture_finding
from worlds import a_client, a_table, items_of, on_moto

DAY = timedelta(days=1)
Opened = Callable[[], Book]


@pytest.fixture(params=["sqlite", "moto"])
def opened(request, monkeypatch, tmp_path) -> Iterator[Opened]:
    """Open the same book anew, as each process does."""
    if request.param == "sqlite":
        yield lambda: SqliteBook(tmp_path / "book.sqlite3")
        return
    with on_moto(monkeypatch):
        table, _ = a_table()
        yield lambda: DynamoBook(table)


@pytest.fixture
def book(opened: Opened) -> Book:
    return opened()


def begun(book: Book, now: datetime = NOW, *, at_once: bool = True) -> Run | None:
    return book.begin(now, account_id=ACCOUNT, region=REGION, at_once=at_once)


def kept_page(
    book: Book,
    run: Run,
    *findings: PostureFinding,
    doubtful: tuple[str, ...] = (),
    spared: tuple[str, ...] = (),
    **other,
) -> Run:
    further = replace(run.with_page(()), token=f"token-{run.pages}", **other)
    book.keep(further, [replace(one, seen_at=run.begun_at) for one in findings], doubtful, spared)
    return further


def audited(book: Book, now: datetime, *findings: PostureFinding, **other) -> Run:
    """Do a whole audit that finds some things on one page."""
    run = begun(book, now)
    assert run is not None
    done = replace(kept_page(book, run, *findings, **other), stage=Stage.DONE, finished_at=now)
    book.finish(done)
    return done


def told(book: Book) -> dict[str, tuple[str, datetime]]:
    """Give what stands in the book, by what it is about."""
    return {f"{one.finding.check} {one.finding.name}": (one.standing.value, one.first_seen) for one in book.findings()}


def test_an_empty_book_holds_no_audit(book):
    assert book.last() is None
    assert list(book.findings()) == []


def test_what_the_first_audit_finds_is_new_and_comes_back_as_it_was(book, opened):
    mute = Mute(checks=("a.*",), names=("*",), owner="ana", reason="tried", expires=NOW + DAY)
    finding = a_posture_finding("a", evidence=("one", "two"), command="aws x", muted=mute, severity=Severity.CRITICAL)
    run = audited(book, NOW, finding, a_posture_finding("b"), counts={"rotation.off": {"violated": 2}})

    again = opened()

    assert again.last() == run
    assert told(again) == {"rotation.off a": ("new", NOW), "rotation.off b": ("new", NOW)}
    assert finding in [one.finding for one in again.findings()]


def test_what_is_found_again_is_open_since_it_was_first_seen_and_what_is_not_is_fixed_once(book):
    audited(book, NOW, a_posture_finding("a"), a_posture_finding("b"))

    audited(book, NOW + DAY, a_posture_finding("a"), a_posture_finding("c"))
    assert told(book) == {
        "rotation.off a": ("open", NOW),
        "rotation.off b": ("fixed", NOW),
        "rotation.off c": ("new", NOW + DAY),
    }

    audited(book, NOW + 2 * DAY, a_posture_finding("a"), a_posture_finding("b"))
    assert told(book) == {
        "rotation.off a": ("open", NOW),
        "rotation.off b": ("new", NOW + 2 * DAY),
        "rotation.off c": ("fixed", NOW + DAY),
    }


def test_a_finding_is_told_as_it_is_now(book):
    audited(book, NOW, a_posture_finding("a"))

    audited(book, NOW + DAY, a_posture_finding("a", severity=Severity.HIGH, reason="worse"))

    [kept] = book.findings()
    assert (kept.finding.severity, kept.finding.reason, kept.finding.seen_at) == (Severity.HIGH, "worse", NOW + DAY)


@pytest.mark.parametrize(
    ("then", "now", "was"),
    [
        (Severity.LOW, Severity.HIGH, Severity.LOW),
        (Severity.HIGH, Severity.HIGH, None),
        (Severity.HIGH, Severity.LOW, None),
        (None, Severity.HIGH, None),
    ],
)
def test_what_is_graver_than_it_was_says_so_once(book, then, now, was):
    audited(book, NOW, *([a_posture_finding("a", severity=then)] if then else []))

    audited(book, NOW + DAY, a_posture_finding("a", severity=now))
    [kept] = book.findings()
    assert (kept.was, kept.standing.value) == (was, "open" if then else "new")

    audited(book, NOW + 2 * DAY, doubtful=(kept.finding.id,))
    assert [one.was for one in book.findings()] == [None]


def test_what_was_graver_for_a_day_is_not_told_as_graver_the_next(book):
    for day, severity in enumerate((Severity.LOW, Severity.HIGH, Severity.HIGH)):
        audited(book, NOW + day * DAY, a_posture_finding("a", severity=severity))

    assert [one.was for one in book.findings()] == [None]


def test_what_could_not_be_judged_again_stays_open_and_what_was_fixed_stays_fixed(book):
    audited(book, NOW, a_posture_finding("a"), a_posture_finding("b"))
    audited(book, NOW + DAY, a_posture_finding("a"))

    doubts = tuple(a_posture_finding(name).id for name in ("a", "b", "never found"))
    audited(book, NOW + 2 * DAY, doubtful=doubts)

    assert told(book) == {"rotation.off a": ("open", NOW)}


def test_what_no_check_asks_about_is_not_fixed_by_that_and_is_told_once(book):
    audited(book, NOW, a_posture_finding("a"), a_posture_finding("b"))

    audited(book, NOW + DAY, spared=tuple(a_posture_finding(name).id for name in ("a", "never found")))
    assert told(book) == {"rotation.off a": ("spared", NOW), "rotation.off b": ("fixed", NOW)}

    audited(book, NOW + 2 * DAY)
    assert told(book) == {}


def test_what_was_spared_and_is_found_again_is_new(book):
    finding = a_posture_finding("a")
    audited(book, NOW, finding)
    audited(book, NOW + DAY, spared=(finding.id,))

    audited(book, NOW + 2 * DAY, finding)

    assert told(book) == {"rotation.off a": ("new", NOW + 2 * DAY)}


def test_a_doubt_weighs_more_than_that_nobody_asked(book):
    finding = a_posture_finding("a")
    audited(book, NOW, finding)

    run = kept_page(book, begun(book, NOW + DAY), doubtful=(finding.id,))
    run = kept_page(book, run, spared=(finding.id,))
    book.finish(replace(run, finished_at=NOW + DAY))

    assert told(book) == {"rotation.off a": ("open", NOW)}


def test_what_a_check_found_that_was_taken_away_is_not_fixed(book):
    gone, remark = a_posture_finding("a", check="gone.check"), a_posture_finding("b", check="audit.mute-expired")
    audited(book, NOW, gone, remark, a_posture_finding("c"), asked=("gone.check", "rotation.off"))

    audited(book, NOW + DAY, asked=("rotation.off",))

    assert {name: standing for name, (standing, _) in told(book).items()} == {
        "gone.check a": "spared",
        "audit.mute-expired b": "fixed",
        "rotation.off c": "fixed",
    }


def test_where_a_list_was_refused_nothing_of_it_is_taken_for_fixed(book):
    of_function = a_posture_finding("rotate-db", check="logging.kept-long", subject=FUNCTION)
    of_account = a_posture_finding("account", check="grants.wide", subject=f"arn:aws:iam::{ACCOUNT}:root")
    audited(book, NOW, a_posture_finding("a"), of_function, of_account)

    audited(book, NOW + DAY, unlisted=(Stage.FUNCTIONS,))

    assert {name: standing for name, (standing, _) in told(book).items()} == {
        "rotation.off a": "fixed",
        "logging.kept-long rotate-db": "open",
        "grants.wide account": "fixed",
    }


def test_without_the_list_of_secrets_nobody_knows_which_functions_rotate_them(book):
    of_function = a_posture_finding("rotate-db", check="logging.kept-long", subject=FUNCTION)
    audited(book, NOW, a_posture_finding("a"), of_function)

    audited(book, NOW + DAY, unlisted=(Stage.SECRETS,))

    assert {standing for standing, _ in told(book).values()} == {"open"}


def test_the_last_audit_counts_until_the_next_is_whole(book):
    first = audited(book, NOW, a_posture_finding("a"))
    run = begun(book, NOW + DAY)
    kept_page(book, run, a_posture_finding("b"))

    assert book.last() == first
    assert list(told(book)) == ["rotation.off a"]


def test_the_same_page_twice_is_kept_once_as_it_was_kept_last(book):
    run = begun(book)
    kept_page(book, run, a_posture_finding("a"), a_posture_finding("b"), doubtful=("x",))
    further = kept_page(book, run, a_posture_finding("b", reason="again"))

    book.finish(replace(further, finished_at=NOW))

    assert [(one.finding.name, one.finding.reason) for one in book.findings()] == [("b", "again")]


def test_a_finding_on_two_pages_is_kept_once(book):
    """AWS's list moves while it is looked through: a secret may come twice."""
    run = kept_page(book, begun(book), a_posture_finding("a", reason="first"))
    run = kept_page(book, run, a_posture_finding("a", reason="second"), a_posture_finding("b"))

    book.finish(replace(run, finished_at=NOW))

    assert sorted((one.finding.name, one.finding.reason[:5]) for one in book.findings()) == [
        ("a", "first"),
        ("b", "no ro"),
    ]


def test_a_run_without_pages_takes_the_place_of_the_one_under_way(book, opened):
    run = kept_page(book, begun(book), a_posture_finding("a"))
    anew = run.anew(NOW + timedelta(minutes=1))
    book.keep(anew, (), ())

    further = kept_page(book, anew, a_posture_finding("b"))
    book.finish(replace(further, finished_at=NOW))

    assert list(told(opened())) == ["rotation.off b"]


def test_whoever_comes_after_one_that_died_goes_on_where_it_stood(book, opened):
    run = kept_page(book, begun(book), a_posture_finding("a"), rotators={FUNCTION: ("a",)})

    after = begun(opened(), NOW + HELD_FOR, at_once=False)

    assert after == run


def test_whoever_was_overtaken_keeps_nothing_more(book, opened):
    run = begun(book)
    quick = opened()
    assert begun(quick, NOW + HELD_FOR) == run

    with pytest.raises(Unavailable, match="somebody else"):
        kept_page(book, run, a_posture_finding("a"))
    with pytest.raises(Unavailable, match="somebody else"):
        book.finish(replace(run, finished_at=NOW))

    further = kept_page(quick, run, a_posture_finding("b"))
    quick.finish(replace(further, finished_at=NOW))
    assert list(told(book)) == ["rotation.off b"]
    with pytest.raises(Unavailable, match="somebody else"):
        kept_page(book, run, a_posture_finding("a"))


def test_an_audit_that_nobody_went_on_with_for_a_day_begins_anew(book, opened):
    old = kept_page(book, begun(book), a_posture_finding("a"))

    fresh = begun(opened(), NOW + GIVEN_UP_AFTER)

    assert (fresh.pages, fresh.id > old.id) == (0, True)


def test_an_audit_is_due_each_day_at_its_hour_or_at_once_when_somebody_asks(book):
    morning = NOW.replace(hour=4)
    audited(book, morning)

    assert begun(book, morning + timedelta(minutes=59), at_once=False) is None
    assert begun(book, morning + timedelta(hours=1), at_once=False) is not None


def test_what_began_in_the_afternoon_is_followed_the_next_morning(book):
    audited(book, NOW)

    assert begun(book, NOW + timedelta(hours=10), at_once=False) is None
    assert begun(book, (NOW + DAY).replace(hour=5), at_once=False) is not None


def test_where_the_clock_stands_still_two_audits_are_two_all_the_same(book):
    first = audited(book, NOW, a_posture_finding("a"))
    second = audited(book, NOW, a_posture_finding("b"))

    assert first.id < second.id
    assert {name: standing for name, (standing, _) in told(book).items()} == {
        "rotation.off a": "fixed",
        "rotation.off b": "new",
    }


# --- one store alone


@pytest.fixture
def table(monkeypatch):
    with on_moto(monkeypatch):
        yield a_table()[0]


def test_two_invocations_never_audit_at_the_same_time(table):
    assert begun(DynamoBook(table)) is not None

    assert begun(DynamoBook(table), NOW + HELD_FOR / 2) is None


def test_items_stay_small_however_much_a_page_finds(table, monkeypatch):
    monkeypatch.setattr(stored_runs, "MOST_BYTES", 2_000)
    book = DynamoBook(table)

    audited(book, NOW, *(a_posture_finding(f"secret-{n}") for n in range(30)))
    audited(book, NOW + DAY, *(a_posture_finding(f"secret-{n}") for n in range(30)))

    assert len(told(book)) == 30
    assert max(len(str(item)) for item in items_of(a_client("dynamodb"))) < 4_000


def test_the_fullest_page_fits_into_items(table):
    """Moto refuses an item of more than 400 KB, as DynamoDB does; ids and drawn words do not compress."""
    drawn = random.Random(7)  # noqa: S311 - no secret
    ids = tuple(f"{drawn.getrandbits(80):020x}" for _ in range(6_000))
    words = [f"{drawn.getrandbits(4_000):x}" for _ in range(400)]
    book = DynamoBook(table)
    run = begun(book)

    further = kept_page(
        book, run, *(a_posture_finding(f"s{n}", reason=word) for n, word in enumerate(words)), doubtful=ids
    )
    book.finish(replace(further, finished_at=NOW))

    assert len(told(book)) == 400


def test_a_finding_that_alone_is_too_long_is_kept_and_says_what_was_cut(table):
    drawn = random.Random(7)  # noqa: S311 - no secret
    lines = tuple(f"{drawn.getrandbits(40_000):x}" for _ in range(60))
    book = DynamoBook(table)

    audited(book, NOW, a_posture_finding("a", evidence=lines), a_posture_finding("b"))

    found = {one.finding.name: one.finding for one in book.findings()}
    assert found["a"].evidence[-1] == "cut: 60 lines of evidence do not fit where audits are kept"
    assert len(found["a"].evidence) == 11
    assert found["b"].evidence == ()


def test_what_a_longer_try_left_of_a_page_does_not_count(table, monkeypatch):
    monkeypatch.setattr(stored_runs, "MOST_BYTES", 1)  # a finding each
    book = DynamoBook(table)
    run = begun(book)
    kept_page(book, run, *(a_posture_finding(name) for name in "abc"))
    further = kept_page(book, run, a_posture_finding("a"))

    book.finish(replace(further, finished_at=NOW))

    assert list(told(book)) == ["rotation.off a"]


def test_a_finished_audit_whose_head_was_left_behind_is_not_compared_with_itself(table):
    book = DynamoBook(table)
    delete, table.delete = table.delete, lambda *_: None
    done = audited(book, NOW, a_posture_finding("a"))
    table.delete = delete

    assert begun(DynamoBook(table), NOW + HELD_FOR, at_once=False) is None
    again = begun(DynamoBook(table), NOW + HELD_FOR)
    assert (again.id > done.id, again.pages) == (True, 0)
    assert told(book) == {"rotation.off a": ("new", NOW)}


def test_everything_expires(table):
    audited(DynamoBook(table), NOW, a_posture_finding("a"))
    begun(DynamoBook(table), NOW + DAY)

    assert all("expires_at" in item for item in items_of(a_client("dynamodb")))


@pytest.mark.parametrize("sk", [book_dynamodb.UNDER_WAY, book_dynamodb.LAST_ONE])
def test_an_audit_of_another_version_is_as_if_there_were_none(table, sk, caplog):
    head = {"pk": book_dynamodb.PARTITION, "sk": sk, "run": '{"id": 1}', "turn": "t/1", "held_until": 0, "taken_up": 0}
    table.put(head)

    assert begun(DynamoBook(table), at_once=False).pages == 0
    assert "stored audit cannot be read; it begins anew" in caplog.messages


@pytest.mark.parametrize("end", [KeyboardInterrupt, GeneratorExit, RuntimeError])
def test_whatever_ends_a_page_leaves_none_of_it_behind(tmp_path, end):
    book = SqliteBook(tmp_path / "book.sqlite3")
    run = begun(book)

    def stopped() -> Iterator[str]:
        yield "doubtful"
        raise end

    with pytest.raises(end):
        book.keep(run.with_page(()), [a_posture_finding("a")], stopped())

    kept_page(book, run, a_posture_finding("b"))
    assert begun(SqliteBook(tmp_path / "book.sqlite3"), NOW + HELD_FOR).pages == 1


def test_a_file_that_is_no_book_is_told_with_what_to_do(tmp_path):
    place = tmp_path / "book.sqlite3"
    place.write_text("this is no database, and it is long enough to be read as one" * 20)

    with pytest.raises(Unavailable, match="remove it to begin anew"):
        SqliteBook(place)


def test_a_book_of_another_version_is_begun_anew(tmp_path):
    place = tmp_path / "book.sqlite3"
    book = SqliteBook(place)
    audited(book, NOW, a_posture_finding("a"))
    book._sql.execute("PRAGMA user_version = 99")
    book.close()

    assert SqliteBook(place).last() is None


def test_where_none_comes_by_itself_one_that_was_begun_is_brought_to_its_end(table):
    quiet = DynamoBook(table, hour=None)
    assert begun(quiet, at_once=False) is None

    run = kept_page(quiet, begun(quiet), a_posture_finding("a"))

    assert begun(DynamoBook(table, hour=None), NOW + HELD_FOR, at_once=False) == run
