"""No field is sure to be there, or of its type: every rule judges what is left, and a fault in one is a note.

Each field of each example is left out and retyped at every depth, policies inside strings included, and so is each
field of our records on their way through the whole flow (ruling 36). `make test` tries a few values a place,
NIGHTLATCH_FULL all of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from nightlatch.adapters.history.baselines import TrailBaselines
from nightlatch.adapters.history.trails_memory import MemoryTrails, MemoryWaits
from nightlatch.adapters.records.cloudtrail import parse
from nightlatch.detections import CATALOGUE
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.answering.policy import Mode, Policy, Protection
from nightlatch.domain.errors import MalformedRecord
from nightlatch.domain.event.events import EventName, Origin, SecretEvent, Tick
from nightlatch.domain.event.parameters import Parameters
from nightlatch.domain.event.principals import Principal, PrincipalKind
from nightlatch.domain.history.examples import AT, a_secret, an_event
from nightlatch.domain.judging.baseline import Baseline, Maturity
from nightlatch.domain.judging.findings import Finding, Severity, State, fold
from nightlatch.domain.judging.rules import Detection, Match, detect
from nightlatch.service.effects import NoEffects, NothingIsOwn
from nightlatch.service.pipeline import Ports, handle
from own_records import FOLDER
from worlds import in_full

GONE = object()
VALUES: tuple[Any, ...] = (
    GONE, None, "", "x", "{}", '{"Statement": 7}', "9" * 40, "arn:aws:x", 7, -1.5, 1e30, float("nan"), True,
    [], ["x"], [None], [[{"a": 1}]], {}, {"x": {"y": [1]}},
)  # fmt: skip
A_FEW = 4
RULES = [pytest.param(rule, id=rule.id) for rule in CATALOGUE]
RECORDS = [pytest.param(path, id=path.stem) for path in sorted(FOLDER.glob("parse_*.json"))]
NOBODY = Principal(key="unknown:111122223333", kind=PrincipalKind.UNKNOWN, name="unknown")


def places_in(value: Any, so_far: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Give the way to every place in a document."""
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    here = [so_far] if so_far else []
    return [*here, *(place for key, inner in entries for place in places_in(inner, (*so_far, key)))]


def misshapen(document: Any, chance: Random) -> Iterator[Any]:
    """Give a document with one place left out or retyped, for each place."""
    for *way, last in places_in(document):
        for value in chance.sample(VALUES, in_full(len(VALUES), sample=A_FEW)):
            again = json.loads(json.dumps(document))
            around = again
            for key in way:
                around = around[key]
            if value is not GONE:
                around[last] = value
            elif isinstance(around, dict):
                del around[last]
            yield again


def plain(fields: Mapping[str, object]) -> Any:
    """Write a request as the JSON that it came from."""
    return json.loads(json.dumps(dict(fields), default=list))


def misshapen_parameters(parameters: Parameters, chance: Random) -> Iterator[Parameters]:
    """Misshape a request or an answer, and each document that it holds as a string."""
    fields = plain(parameters.fields)
    yield from map(Parameters, misshapen(fields, chance))
    for name, text in fields.items():
        if isinstance(text, str) and text.startswith("{"):
            for inner in misshapen(json.loads(text), chance):
                yield Parameters({**fields, name: json.dumps(inner)})


def variants(event: SecretEvent, chance: Random) -> Iterator[SecretEvent]:
    """Give an event as it would be with one thing missing or of another type."""
    for part in ("request", "response", "details"):
        for parameters in misshapen_parameters(getattr(event, part), chance):
            yield replace(event, **{part: parameters})
    yield replace(event, secrets=())
    yield replace(event, version_id=None, request_id=None, resources=())
    yield replace(event, principal=NOBODY)
    yield replace(event, account_id="", region="", origin=Origin())


def is_fault(finding: Finding) -> bool:
    return "could not judge" in finding.reason


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_judges_every_event_whatever_is_missing_or_of_another_type(rule: Detection) -> None:
    chance = Random(rule.id)  # noqa: S311 - shapes, not keys
    for example in rule.examples:
        known = example.baseline
        for event in variants(example.event, chance):
            for baseline in (known, replace(known, settled=None), replace(known, settled=event.at)):
                findings, _ = detect(event, baseline, (rule,))

                assert [finding.reason for finding in findings if is_fault(finding)] == []
                assert all(finding.title for finding in findings)


@pytest.mark.parametrize("path", RECORDS)
def test_a_misshapen_record_goes_all_the_way_and_every_rule_has_its_say(path) -> None:
    chance = Random(path.stem)  # noqa: S311 - shapes, not keys
    record = json.loads(path.read_text("utf-8"))
    events = [event for document in misshapen(record, chance) if (event := parsed(document)) is not None]
    witness, seen = a_witness(events)
    baselines = TrailBaselines(MemoryTrails(), MemoryWaits(), inventory=Inventory(), now=lambda: AT)
    ports = Ports(baselines, NothingIsOwn(), NoEffects())
    policy = Policy(default=Protection(mode=Mode.PROTECT))

    last = Tick(max(event.at for event in events) + timedelta(days=400))
    found: list[Finding] = []
    for batch in [*(events[n : n + 50] for n in range(0, len(events), 50)), [last]]:
        found += handle(batch, rules=(*CATALOGUE, witness), policy=policy, ports=ports, now=AT).findings

    assert seen == [event.event_id for event in events if not event.is_twin]
    assert [finding.reason for finding in found if is_fault(finding)] == []


def parsed(document: Any) -> SecretEvent | None:
    try:
        return parse(document)
    except MalformedRecord:
        return None


def a_witness(events: list[SecretEvent]) -> tuple[Detection, list[str]]:
    """Give a rule that reads all of these events and notes which it was shown."""
    seen: list[str] = []

    def evaluate(event: SecretEvent, baseline: Baseline) -> None:
        del baseline
        seen.append(event.event_id)

    names = frozenset(EventName(source=event.source, name=event.name) for event in events)
    return replace(CATALOGUE[0], id="test.witness", event_names=names, evaluate=evaluate), seen


# A fault


def a_fault(event: SecretEvent, baseline: Baseline) -> Match:
    del event, baseline
    raise ZeroDivisionError


@pytest.mark.parametrize("rule", RULES)
def test_a_fault_is_a_note_of_that_rule_and_replaces_nothing_that_it_or_another_decided(rule: Detection) -> None:
    example = next(one for one in rule.examples if one.fires)
    faulty = replace(rule, evaluate=a_fault)

    (noted,), waits = detect(example.event, example.baseline, (faulty,))
    decided, _ = detect(example.event, example.baseline, CATALOGUE)
    beside, _ = detect(example.event, example.baseline, tuple(faulty if one is rule else one for one in CATALOGUE))
    (own,) = (one for one in decided if one.rule == rule.id)

    assert (noted.severity, noted.state, noted.rule, waits) == (Severity.LOW, State.DIGEST, rule.id, ())
    assert [one for one in beside if one.rule != rule.id] == [one for one in decided if one.rule != rule.id]
    assert set(fold((noted, own))) == {noted, own}
    assert noted.remedy is None


@pytest.mark.parametrize("maturity", list(Maturity))
def test_a_fault_goes_to_the_digest_while_history_is_young_too(maturity: Maturity) -> None:
    faulty = replace(CATALOGUE[0], evaluate=a_fault, novelty=True)

    (noted,), _ = detect(an_event(), Baseline(maturity=maturity), (faulty,))

    assert (noted.severity, noted.state) == (Severity.LOW, State.DIGEST)


def test_a_fault_names_the_kind_of_error_and_nothing_of_the_event() -> None:
    def fault(event: SecretEvent, baseline: Baseline) -> Match:
        del baseline
        raise ValueError(event.request.text("secretString"))

    rule = replace(
        CATALOGUE[0],
        event_names=frozenset({EventName(source="secretsmanager.amazonaws.com", name="PutSecretValue")}),
        evaluate=fault,
    )
    event = an_event("PutSecretValue", secret=a_secret(), request={"secretString": "hunter2-hunter2"})

    (finding,), _ = detect(event, Baseline(), (rule,))

    assert "ValueError" in finding.reason
    assert "hunter2" not in repr(finding)
