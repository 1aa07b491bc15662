"""Every detection of the catalogue is told apart, explained, and does what its own examples say."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from string import Formatter

import pytest

from nightlatch import detections
from nightlatch.detections import CATALOGUE
from nightlatch.domain.event.parameters import Parameters
from nightlatch.domain.event.secrets import SecretRef
from nightlatch.domain.judging.deletions import DELETION_CALLS, STARTED
from nightlatch.domain.judging.findings import Finding, Severity
from nightlatch.domain.judging.rules import Detection, Example, applies, detect

FIRST_SLICE = 13  # detections of the first release; the catalogue only grows
OF_OPERATIONS = {"ROT-02"}  # what ATT&CK has nothing for: it concerns whoever runs the secret
PLACEHOLDERS = {"who", "secrets", "span"}
PLANTED = "planted-value-that-nobody-may-see"
DAY_S = 24 * 3600

RULES = [pytest.param(rule, id=rule.id) for rule in CATALOGUE]
EXAMPLES = [
    pytest.param(rule, example, id=f"{rule.id}: {example.name}") for rule in CATALOGUE for example in rule.examples
]
FIRING = [param for param in EXAMPLES if param.values[1].fires]  # type: ignore[union-attr]


def test_the_catalogue_holds_the_first_slice() -> None:
    assert len(CATALOGUE) >= FIRST_SLICE


def test_every_file_is_one_detection_of_the_catalogue() -> None:
    files = {module.name for module in pkgutil.iter_modules(detections.__path__)}

    assert {file_of(rule) for rule in CATALOGUE} == files


def test_ids_and_catalogue_numbers_are_unique() -> None:
    ids = [rule.id for rule in CATALOGUE]
    numbers = [rule.catalogue for rule in CATALOGUE]

    assert len(set(ids)) == len(ids)
    assert len(set(numbers)) == len(numbers)


@pytest.mark.parametrize("rule", RULES)
def test_the_id_names_the_file(rule: Detection) -> None:
    module = importlib.import_module(f"nightlatch.detections.{file_of(rule)}")

    assert re.fullmatch(r"[a-z]+\.[a-z]+(-[a-z]+)*", rule.id)
    assert rule is module.DETECTION


@pytest.mark.parametrize("rule", RULES)
def test_a_detection_names_its_place_in_catalogue_and_attack(rule: Detection) -> None:
    assert re.fullmatch(r"[A-Z]{3}-\d\d", rule.catalogue)
    assert rule.techniques or rule.catalogue in OF_OPERATIONS
    assert all(re.fullmatch(r"T\d{4}(\.\d{3})?", technique) for technique in rule.techniques)
    assert rule.event_names
    assert rule.title.strip()


@pytest.mark.parametrize("rule", RULES)
def test_a_detection_says_what_it_cannot_see(rule: Detection) -> None:
    assert len(rule.blind_spots.split()) >= 8


@pytest.mark.parametrize("rule", RULES)
def test_a_playbook_is_a_few_short_lines(rule: Detection) -> None:
    lines = rule.playbook.splitlines()

    assert 3 <= len(lines) <= 6
    assert all(0 < len(line.strip()) <= 140 for line in lines)


@pytest.mark.parametrize("rule", RULES)
def test_a_headline_has_no_other_placeholders(rule: Detection) -> None:
    assert placeholders(rule.headline) <= PLACEHOLDERS


@pytest.mark.parametrize("rule", RULES)
def test_a_detection_has_two_examples_of_each_kind_with_names_of_their_own(rule: Detection) -> None:
    names = [example.name for example in rule.examples]

    assert len(set(names)) == len(names)
    assert sum(example.fires for example in rule.examples) >= 2
    assert sum(not example.fires for example in rule.examples) >= 2


@pytest.mark.parametrize("rule", RULES)
def test_the_first_example_is_as_severe_as_the_rule_says(rule: Detection) -> None:
    assert (rule.examples[0].fires, rule.examples[0].severity) == (True, rule.severity)


@pytest.mark.parametrize(("rule", "example"), EXAMPLES)
def test_an_example_is_possible(rule: Detection, example: Example) -> None:
    """Its name is read by the rule, a refused call shows no request, and history is of this principal and day."""
    event = example.event

    assert applies(rule, event)
    assert (example.severity is not None) == example.fires
    if event.denied:
        assert not event.request.fields
    if not event.succeeded:
        assert not event.response.fields
    for sighting in example.baseline.by_principal:
        # What the service destroys stands beside the deletion calls of its account.
        assert sighting.principal == event.principal.key or (event.called(STARTED) and sighting.name in DELETION_CALLS)
        assert abs((sighting.at - event.at).total_seconds()) <= DAY_S
    if example.baseline.by_principal:
        assert event.event_id in {sighting.event_id for sighting in example.baseline.by_principal}
    ids = [sighting.event_id for sighting in example.baseline.by_principal]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize(("rule", "example"), EXAMPLES)
def test_an_example_does_what_it_says(rule: Detection, example: Example) -> None:
    findings, _ = detect(example.event, example.baseline, (rule,))

    assert [finding.severity for finding in findings] == ([example.severity] if example.fires else [])
    assert not any(could_not_judge(finding) for finding in findings)


@pytest.mark.parametrize(("rule", "example"), FIRING)
def test_what_a_finding_says_is_complete(rule: Detection, example: Example) -> None:
    (finding,), _ = detect(example.event, example.baseline, (rule,))

    assert example.event.event_id in finding.event_ids
    assert finding.reason.strip()
    assert placeholders(finding.headline) <= PLACEHOLDERS
    assert "{" not in finding.title


@pytest.mark.parametrize(("rule", "example"), FIRING)
def test_a_finding_never_repeats_what_the_caller_sent(rule: Detection, example: Example) -> None:
    planted = {"secretString": PLANTED, "description": PLANTED, "clientRequestToken": PLANTED}
    event = replace(
        example.event,
        request=Parameters({**example.event.request.fields, **unless_present(planted, example.event.request)}),
        response=Parameters({**example.event.response.fields, **unless_present(planted, example.event.response)}),
    )

    findings, _ = detect(event, example.baseline, (rule,))

    for finding in findings:
        assert PLANTED not in repr(finding)
        for text in sent(example):
            assert text not in f"{finding.headline} {finding.reason}"


def file_of(rule: Detection) -> str:
    """Give the module that an id stands for."""
    return rule.id.partition(".")[2].replace("-", "_")


def placeholders(template: str) -> set[str]:
    """Give the fields of a template."""
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


def could_not_judge(finding: Finding) -> bool:
    """Tell whether a fault in the rule made the finding."""
    return finding.headline.startswith("Could not judge")


def unless_present(planted: Mapping[str, str], parameters: Parameters) -> dict[str, str]:
    """Plant only beside what the example says, so that it means the same."""
    return {name: text for name, text in planted.items() if not parameters.has(name)}


def sent(example: Example) -> set[str]:
    """Give what the caller typed and AWS answered, without the secret's name and what is AWS's own vocabulary."""
    event = example.event
    every_secret = {*event.secrets, *(secret for s in example.baseline.on_secret for secret in s.secrets)}
    shown = {text for secret in every_secret for text in forms(secret)} | {event.version_id}
    texts = {*leaves(event.request.fields), *leaves(event.response.fields)}
    return {
        text for text in texts - shown if len(text) >= 8 and not re.fullmatch(r"AWS[A-Z]+|[\w.]+\.amazonaws\.com", text)
    }


def forms(secret: SecretRef) -> Iterator[str]:
    """Give every way in which a finding may name a secret."""
    yield from (secret.text, secret.tail, *secret.names)


def leaves(value: object) -> Iterator[str]:
    """Give every text inside a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from leaves(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from leaves(item)


# A rule belongs here when what it sees at HIGH or worse is no mistake of an honest principal that goes on working.
HOSTILE = {
    *("access.bulk-read", "access.many-regions", "access.denied-probing", "access.list-then-read", "access.decoy"),
    *("access.used-elsewhere", "access.outside-account", "access.root-use"),
    *("deletion.force-delete", "deletion.mass-deletion", "deletion.read-then-deleted"),
    *("change.many-overwritten", "change.version-flooding", "policy.public", "policy.foreign-account"),
    *("key.swapped", "key.lost", "replica.cross-account", "monitor.tampered", "monitor.trail-tampered"),
}


def test_stopping_the_principal_is_offered_where_what_was_seen_is_hostile_and_nowhere_else() -> None:
    assert {rule.id for rule in CATALOGUE if rule.contain} == HOSTILE


@pytest.mark.parametrize(("rule", "example"), FIRING)
def test_stopping_the_principal_is_offered_from_high_on(rule: Detection, example: Example) -> None:
    for finding in detect(example.event, example.baseline, [rule])[0]:
        assert finding.contain == (rule.contain and finding.severity.rank >= Severity.HIGH.rank)


def test_the_vocabulary_of_a_finding_is_what_people_are_told() -> None:
    """The check for repeated values reads headline and reason; a new text of a rule must be added there."""
    texts = {field.name for field in fields(Finding) if field.type == "str"}

    no_rule_writes = {"advice", "via"}
    assert texts == {"rule", "catalogue", "headline", "reason", "subject", "account_id", "region"} | no_rule_writes
