"""Every page says what is known, renders the names of strangers inert, and shows errors and emptiness as pages too."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import boto3
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builders import a_finding, a_response, a_snooze
from console.visitor import Visitor
from nightlatch.console.words import shown
from nightlatch.detections import CATALOGUE
from nightlatch.domain.answering.incidents import Incident, put_to_sleep
from nightlatch.domain.answering.responses import ResponseState
from nightlatch.domain.event.principals import Principal, PrincipalKind
from nightlatch.domain.history.examples import a_secret, a_user
from nightlatch.domain.judging.findings import Finding, Severity
from worlds import REGION

NOW = datetime.now(UTC).replace(microsecond=0)
HOSTILE = "\"><script>alert(1)</script><img src=//evil.example/x onerror=alert(2)>'{{7*7}}\u202egnp.exe &lt;b&gt;"
ADDRESSED = frozenset({"src", "href", "action", "formaction", "srcset", "data", "poster", "ping"})


def incident(visitor: Visitor, *findings: Finding) -> Incident:
    kept = [visitor.desk.connection.incidents.fold(one, policy_digest="0123456789ab")[0] for one in findings]
    return kept[-1]


def a_stranger(name: str) -> Principal:
    return Principal(key=name, kind=PrincipalKind.USER, name=name, arn=name, account_id="111122223333")


def hostile_finding(name: str = HOSTILE, *, by: str | None = None) -> Finding:
    secret = a_secret(name)
    return a_finding(
        by=a_stranger(by or name),
        secrets=(secret,),
        reason=name,
        calls=(name,),
        event_ids=(name,),
        headline="{who} {secrets}",
    )


class Tags(HTMLParser):
    """What a browser would make of a page: its tags, its attributes' names, its text."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.addresses: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.addresses += [value or "" for name, value in attrs if name in ADDRESSED]

    def handle_data(self, data: str) -> None:
        self.text += data


def inert(page: str) -> Tags:
    """Check that a page runs nothing, reaches nowhere, and shows no hidden character."""
    seen = Tags(page)
    assert not {"img", "iframe", "object", "embed", "svg", "base", "style"} & seen.tags
    assert not [name for name in seen.attributes if name.startswith("on")]
    assert "style" not in seen.attributes
    assert page.count("<script") == 1  # ours
    assert [one for one in seen.addresses if not re.match(r"(/[^/]|#|data:,$)", one)] == []
    assert "\u202e" not in page
    return seen


def test_nothing_reported_yet_is_a_page_of_its_own(inside: Visitor) -> None:
    assert "All quiet." in inside.page("/")
    assert "Nothing waits for anybody." in inside.page("/?only=waiting")
    assert "No inventory has been taken yet." in inside.page("/secrets")
    assert "No incident names anybody yet." in inside.page("/principals")
    assert "Nothing is known of this principal." in inside.page("/principal?key=arn:aws:iam::111122223333:role/app")


def test_the_newest_incident_comes_first_with_a_word_for_its_severity_and_its_state(inside: Visitor) -> None:
    incident(inside, a_finding())
    incident(inside, a_finding(by=a_user("eve"), after_s=60, severity=Severity.MEDIUM))

    text = Tags(inside.page("/")).text

    assert text.index("eve (IAM user) deleted") < text.index("mallory (IAM user) deleted")
    assert "Medium" in text
    assert "High" in text
    assert "Open: look at it" in text


def test_an_offer_that_waits_is_in_the_list_and_can_be_looked_for_alone(inside: Visitor) -> None:
    quiet = incident(inside, a_finding(by=a_user("eve")))
    waits = incident(inside, a_finding())
    inside.desk.connection.ledger.propose(a_response(now=NOW, incident_id=waits.id))
    inside.desk.connection.incidents.link(waits.id, "r-1")

    alone = inside.page("/?only=waiting")

    assert "Needs a decision" in alone
    assert waits.id in alone
    assert quiet.id not in alone


def test_an_incident_says_who_why_how_far_and_what_can_be_done(inside: Visitor) -> None:
    found = incident(inside, a_finding(rule=CATALOGUE[0].id))
    inside.desk.connection.ledger.propose(a_response(now=NOW, incident_id=found.id))
    inside.desk.connection.incidents.link(found.id, "r-1")

    text = Tags(inside.page(f"/incidents/{found.id}")).text

    for said in ("What you can do", "Roll back: prod/db", "A deletion was scheduled", "mallory (IAM user)"):
        assert said in text
    for part in (
        "How far it reaches",
        "What was done",
        "What a person does next",
        "Timeline",
        f"found {CATALOGUE[0].id}",
    ):
        assert part in text


def test_whoever_acted_in_the_event_is_told_that_another_decides(inside: Visitor) -> None:
    found = incident(inside, a_finding())
    theirs = a_response(now=NOW, incident_id=found.id, caused_by=inside.desk.who)
    inside.desk.connection.ledger.propose(theirs)
    inside.desk.connection.incidents.link(found.id, theirs.id)

    assert "you acted in this event" in inside.page(f"/incidents/{found.id}")


def test_what_was_done_stands_in_the_incident_with_who_said_yes(inside: Visitor) -> None:
    found = incident(inside, a_finding())
    done = a_response(ResponseState.SUCCEEDED, now=NOW, incident_id=found.id, result="rolled it back")
    inside.desk.connection.ledger.propose(done)
    inside.desk.connection.incidents.link(found.id, done.id)

    text = Tags(inside.page(f"/incidents/{found.id}")).text

    assert "Done and verified" in text
    assert "rolled it back" in text
    assert "Said yes: ben (U0BEN)" in text


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/incidents/inc-9", 404, "incident inc-9 does not exist"),
        ("/offers/r-9", 404, "response r-9 does not exist"),
        ("/progress?id=r-9", 404, "there is no such response"),
        ("/incidents/inc-9/say", 404, "incident inc-9 does not exist"),
        ("/secret?secret=prod/none", 404, "prod/none does not exist"),
        ("/secret", 404, "no secret is named"),
        ("/rollback", 409, "no secret is named"),
        ("/rollback/preflight?secret=prod/none&parts=value", 404, "prod/none does not exist"),
        ("/rollback/preflight?secret=a", 409, "no part is chosen"),
        ("/rollback/preflight?secret=a&parts=value&to=moment&at=soon", 409, "the moment cannot be read"),
        ("/nowhere", 404, "not found"),
        ("/news/nothing", 404, "not found"),
    ],
)
def test_what_goes_wrong_is_a_page_that_says_what_to_do(inside: Visitor, path: str, status: int, said: str) -> None:
    answer = inside.get(path)

    assert answer.status_code == status
    assert said in answer.text
    assert "To the incidents" in answer.text
    inert(answer.text)


def test_where_aws_cannot_be_asked_the_page_says_so(inside: Visitor) -> None:
    boto3.client("dynamodb", region_name=REGION).delete_table(TableName="nightlatch-table")

    answer = inside.get("/")

    assert answer.status_code == 503
    assert "AWS could not be asked" in answer.text


def test_names_from_strangers_are_shown_as_the_text_they_are(inside: Visitor) -> None:
    found = incident(inside, hostile_finding())
    inside.desk.connection.incidents.note(found.id, HOSTILE)
    response = a_response(
        now=NOW, incident_id=found.id, secret=a_secret(HOSTILE), caused_by=a_stranger(HOSTILE), result=HOSTILE
    )
    inside.desk.connection.ledger.propose(response)
    inside.desk.connection.incidents.link(found.id, response.id)
    connection = inside.desk.connection
    snooze = a_snooze(by=HOSTILE, reason=HOSTILE, until=connection.now() + timedelta(days=1))
    connection.incidents.change(found.id, lambda one: put_to_sleep(one, snooze))
    paths = ["/", "/principals", f"/incidents/{found.id}", f"/incidents/{found.id}/say", f"/progress?id={response.id}"]

    for path in paths:
        seen = inert(inside.page(path))
        assert "<script>alert(1)</script>" in seen.text
        assert "{{7*7}}" in seen.text
        assert "\N{REPLACEMENT CHARACTER}gnp.exe" in seen.text


def test_what_an_address_says_is_shown_as_the_text_it_is(inside: Visitor) -> None:
    for path in ("/secrets", "/principal", "/secret", "/rollback", "/progress", "/rollback/preflight"):
        fields = dict.fromkeys(("q", "key", "secret", "id", "at", "to", "parts", "page"), HOSTILE)
        inert(inside.get(path, query_string=fields).text)
    inert(inside.get(f"/incidents/{HOSTILE.replace('/', '')}").text)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60))
def test_no_text_whatever_becomes_markup(visitor: Visitor, text: str) -> None:
    answer = visitor.get(
        "/rollback/preflight", query_string={"secret": "a", "parts": "value", "to": "moment", "at": text}
    )
    plain = visitor.get("/rollback", query_string={"secret": ""})

    assert answer.status_code in {409, 503}
    assert Tags(answer.text).tags == Tags(plain.text).tags


@given(text=st.text())
def test_what_is_written_has_no_character_that_cannot_be_seen(text: str) -> None:
    written = shown(text)

    assert isinstance(written, str)
    assert len(written) == len(text)
    assert not any(char in written for char in "\u202e\u2066\u200b\x00\x1b\u00ad\ufeff")


def test_a_stream_of_news_carries_a_digest_and_no_name(inside: Visitor) -> None:
    found = incident(inside, a_finding())
    path = f"{inside.door.place}/news/incident?id={found.id}"

    stream = inside.client.get(path, base_url=inside.base).response
    events = iter(stream)
    first = [next(events), next(events)]
    incident(inside, a_finding(rule="access.bulk-read", after_s=30))
    second = next(events)

    assert first[0] == b"retry: 2000\n\n"
    assert re.fullmatch(rb"data: [0-9a-f]{16}\n\n", first[1])
    assert re.fullmatch(rb"data: [0-9a-f]{16}\n\n", second)
    assert second != first[1]
    stream.close()


def test_an_incident_of_long_ago_is_in_the_list_with_its_time(inside: Visitor) -> None:
    old = a_finding(after_s=-timedelta(days=30).total_seconds())
    incident(inside, old)

    assert f'<time datetime="{old.first_seen:%Y-%m-%dT%H:%M:%SZ}">' in inside.page("/")
