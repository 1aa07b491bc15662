"""What leaves the house as Sigma is valid Sigma, sees what its rule sees in one record, and says what it leaves out."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import fields
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import yaml
from jsonschema import Draft202012Validator, FormatChecker

from nightlatch.cli.looks.sigma_output import documents
from nightlatch.cli.main import run
from nightlatch.cli.pages.sigma_page import placeholders_in
from nightlatch.cli.sigma import NEEDS_HISTORY, PARTS, SigmaPart
from nightlatch.cli.sigma.document import document_id, file_name
from nightlatch.detections import CATALOGUE
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.event.events import Channel, SecretEvent
from nightlatch.domain.event.principals import PrincipalKind
from nightlatch.domain.history.examples import WAITED
from nightlatch.domain.judging.baseline import Baseline
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.judging.rules import Detection, Example, Match
from sigma_matching import MODIFIERS, matches, names_in

RULES = {rule.id: rule for rule in CATALOGUE}
EXPORTED = [rule for rule in CATALOGUE if rule.id not in NEEDS_HISTORY]
LEVELS = [severity.value for severity in Severity]
TEXTS = documents()
DOCUMENTS: dict[str, dict[str, Any]] = {part.name: yaml.safe_load(TEXTS[file_name(part)]) for part in PARTS}
SCHEMA = {  # the rules of the specification, 2.1.0, and what SigmaHQ asks for beside them, in our words
    "type": "object",
    "required": [
        *("title", "id", "status", "description", "references", "author", "date", "tags", "logsource", "detection"),
        *("falsepositives", "level"),
    ],
    "additionalProperties": False,
    "properties": {
        "title": {"type": "string", "minLength": 10, "maxLength": 110},
        "id": {"type": "string", "format": "uuid"},
        "related": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id", "type"],
                "properties": {
                    "id": {"type": "string", "format": "uuid"},
                    "type": {"enum": ["derived", "obsolete", "merged", "renamed", "similar"]},
                },
            },
        },
        "status": {"const": "experimental"},
        "description": {"type": "string", "pattern": "^Detects ", "maxLength": 65535},
        "references": {
            "type": "array",
            "minItems": 1,
            "uniqueItems": True,
            "items": {"type": "string", "pattern": r"^https://docs\.aws\.amazon\.com/.+\.html$"},
        },
        "author": {"type": "string", "minLength": 1},
        "date": {"type": "string", "pattern": r"^\d{4}-(0[1-9]|1[012])-(0[1-9]|[12][0-9]|3[01])$"},
        "tags": {
            "type": "array",
            "minItems": 1,
            "uniqueItems": True,
            "items": {"type": "string", "pattern": r"^attack\.t\d{4}(\.\d{3})?$"},
        },
        "logsource": {"const": {"product": "aws", "service": "cloudtrail"}},
        "detection": {
            "type": "object",
            "required": ["condition"],
            "minProperties": 2,
            "properties": {"condition": {"type": "string", "minLength": 1}},
            "additionalProperties": {
                "anyOf": [
                    {"type": "object", "minProperties": 1},
                    {"type": "array", "minItems": 2, "items": {"type": "object", "minProperties": 1}},
                ]
            },
        },
        "falsepositives": {
            "type": "array",
            "minItems": 1,
            "uniqueItems": True,
            "items": {"type": "string", "minLength": 2},
        },
        "level": {"enum": ["informational", "low", "medium", "high", "critical"]},
    },
}
TYPES = {
    PrincipalKind.ROOT: "Root",
    PrincipalKind.USER: "IAMUser",
    PrincipalKind.ROLE: "AssumedRole",
    PrincipalKind.ACCOUNT: "AWSAccount",
    PrincipalKind.SERVICE: "AWSService",
}


def as_record(event: SecretEvent) -> dict[str, Any]:
    """Write an example's event down as CloudTrail would have."""
    who = event.principal
    issuer = {"sessionContext": {"sessionIssuer": {"arn": who.key}}} if who.kind is PrincipalKind.ROLE else {}
    identity = {"type": TYPES[who.kind], "arn": who.arn, "accountId": who.account_id, "invokedBy": who.invoked_by}
    record = {
        "eventSource": event.source,
        "eventName": event.name,
        "recipientAccountId": event.account_id,
        "userIdentity": {key: value for key, value in identity.items() if value is not None} | issuer,
        "requestParameters": dict(event.request.fields),
        "responseElements": dict(event.response.fields),
        "resources": [{"ARN": arn} for arn in event.resources],
    }
    if event.channel is Channel.NETWORK:
        record["eventCategory"] = "NetworkActivity"
    if event.failure is not None:
        record |= {"errorCode": event.failure.code, "errorMessage": event.failure.message}
    return json.loads(json.dumps(record))


def lists_of(inventory: Inventory) -> dict[str, set[str]]:
    """Fill the placeholders in from an inventory, as an operator would: functions and parts by their bare names."""
    return {
        "nightlatch_decoys": set(inventory.decoys),
        "nightlatch_break_glass": set(inventory.break_glass),
        "nightlatch_protected_keys": {*inventory.protected_keys, *(k.split("/")[-1] for k in inventory.protected_keys)},
        "nightlatch_rotation_functions": {
            function.split(":function:")[-1].split(":")[0] for function in inventory.rotation_functions
        },
        "nightlatch_resources": {part.split(":")[-1] for part in inventory.self_resources},
    }


def seen_by_sigma(rule: Detection, example: Example) -> list[str]:
    """Name the documents of a rule that fire on an example's event alone, with their levels."""
    record, lists = as_record(example.event), lists_of(example.baseline.inventory)
    mine = [part for part in PARTS if part.rule == rule.id]
    return [part.name for part in mine if matches(DOCUMENTS[part.name], record, lists)]


class Watched:
    """A baseline that notes what a rule asks of it."""

    def __init__(self, baseline: Baseline) -> None:
        self._baseline = baseline
        self.asked: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        self.asked.add(name)
        return getattr(self._baseline, name)


# Which rules leave the house


def test_every_rule_is_exported_or_has_a_reason_why_no_record_decides_it():
    exported = {part.rule for part in PARTS}

    assert exported | set(NEEDS_HISTORY) == set(RULES)
    assert exported & set(NEEDS_HISTORY) == set()


@pytest.mark.parametrize("rule", CATALOGUE, ids=lambda rule: rule.id)
def test_a_rule_that_asks_nothing_but_the_inventory_is_exported(rule):
    """The criterion of a stateless rule, taken from what its evaluation looks at in all of its examples."""
    asked = set()
    for example in rule.examples:
        watched = Watched(example.baseline)
        rule.evaluate(example.event, watched)
        asked |= watched.asked

    if asked <= {"inventory"}:
        assert rule.id not in NEEDS_HISTORY
    if rule.id in NEEDS_HISTORY:
        assert asked & {field.name for field in fields(Baseline)} - {"inventory"} or "done_to" in asked


def fires_alone(rule: Detection, example: Example) -> bool:
    """Tell whether a rule fires on an example when nothing but the inventory is known, and every wait is over."""
    alone = Baseline(inventory=example.baseline.inventory, settled=WAITED)
    return isinstance(rule.evaluate(example.event, alone), Match)


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_a_document_fires_on_an_example_that_its_rule_decides_by_the_record_alone(part):
    rule = RULES[part.rule]

    seen = [e for e in rule.examples if part.name in seen_by_sigma(rule, e) and fires_alone(rule, e)]

    assert seen or part.name in WITHOUT_EXAMPLE


WITHOUT_EXAMPLE = {"monitor.trail-tampered/advanced-selectors", "replica.cross-account/untied"}
"""Documents about a clause of which the rule holds no example; they have tests of their own."""

BLINDER = {
    "access.decoy": {"a planted decoy is read"},
    "access.batch-retrieval": {"five equal calls in five seconds", "the first batch call of a role"},
    "policy.public": {"IfExists narrows nobody; the policy arrives as an object"},
    "replica.unapproved": {
        "to a Region that is not approved",
        "under a key of the caller's",
        "the last replica is taken away",
    },
    "change.protection-tags": {"a tag that the policy asks for is set", "a password in the description"},
    "rotation.cancelled": {
        "a month becomes a thousand days",
        "a schedule of a thousand days, and none known before it",
    },
    "rotation.function-tampered": {"a layer for a function that a record showed"},
    "key.swapped": {"a version is written an hour later", "made under a stranger's key"},
    "key.lost": {"a key that two secrets need"},
    "key.opened": {
        "everybody may decrypt",
        "only the attacker holds the key of a secret",
        "a grant for a stranger's role",
    },
    "monitor.trail-tampered": {"a clean-up of a trail that is gone: a note"},
}
"""Examples on which the rule fires and no document does: each is in the words of what the document leaves out."""

LOUDER = {
    "access.outside-account": {"a trusted account"},
    "access.pending-deletion": {"an application that retries every minute"},
    "access.batch-retrieval": {"a negated filter beside a narrow one"},
    "policy.public": {"everybody through one VPC endpoint", "our own organisation"},
    "rotation.cancelled": {"cancelled because the secret is retired"},
    "key.swapped": {"the same key with a new description"},
}
"""Examples on which a document fires and the rule does not, in the same words."""

TOO_LOUD = {
    ("access.decoy", "a declared scanner describes it"),
    ("policy.public", "one organisation, and ours is not known"),
    ("replica.cross-account", "to a trusted account of the same organisation"),
    ("rotation.function-tampered", "it gets more time"),
}
"""Examples that the rule holds for milder than the document says."""


@pytest.mark.parametrize("rule", EXPORTED, ids=lambda rule: rule.id)
def test_a_document_sees_what_its_rule_sees_but_for_what_it_says(rule):
    fires = {example.name for example in rule.examples if example.fires}
    seen = {example.name for example in rule.examples if seen_by_sigma(rule, example)}

    assert fires - seen == BLINDER.get(rule.id, set())
    assert seen - fires == LOUDER.get(rule.id, set())
    for part in PARTS:
        if part.rule == rule.id and (fires ^ seen):
            assert any(other.less for other in PARTS if other.rule == rule.id)


def test_no_document_is_louder_than_its_rule_is_sure():
    too_loud = {
        (name, example.name)
        for rule in EXPORTED
        for example in rule.examples
        if example.fires
        for name in seen_by_sigma(rule, example)
        if LEVELS.index(DOCUMENTS[name]["level"].upper()) > (example.severity or rule.severity).rank
    }

    assert too_loud == TOO_LOUD


def a_record(source: str, name: str, **request: object) -> dict[str, Any]:
    return {"eventSource": f"{source}.amazonaws.com", "eventName": name, "requestParameters": request}


@pytest.mark.parametrize(
    ("name", "record"),
    [
        (
            "monitor.trail-tampered/advanced-selectors",
            a_record(
                "cloudtrail",
                "PutEventSelectors",
                advancedEventSelectors=[{"fieldSelectors": [{"field": "eventCategory", "equals": ["Data"]}]}],
            ),
        ),
        (
            "replica.cross-account/untied",
            a_record("secretsmanager", "DisassociateCrossAccountReplica", secretId="prod/db"),
        ),
    ],
)
def test_what_has_no_example_fires_on_its_call_unless_it_failed(name, record):
    assert matches(DOCUMENTS[name], record)
    assert not matches(DOCUMENTS[name], {**record, "errorCode": "AccessDenied"})


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_records_of_an_ordinary_day_are_silent(part):
    lists = {f"nightlatch_{name}": {"nothing-is-called-so"} for name in placeholders_in(PARTS)}
    fired = {
        path.stem.removeprefix("parse_")
        for path in (Path(__file__).parents[1] / "records").glob("parse_*.json")
        if isinstance(record := json.loads(path.read_text("utf-8")), dict)
        and matches(DOCUMENTS[part.name], record, lists)
    }

    assert fired == ON_RECORDS.get(part.name, set())


ON_RECORDS = {
    "access.batch-retrieval": {"batch"},
    "access.outside-account": {"from_another_account"},
    "deletion.deletion-scheduled": {"delete_secret"},
    "deletion.force-delete": {"force_delete"},
    "monitor.trail-tampered": {"stop_logging"},
}
"""Our own records of attacks and deletions, which are no ordinary day."""


# What the documents look like


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_a_document_keeps_the_rules_of_the_specification(part):
    document = DOCUMENTS[part.name]

    Draft202012Validator(SCHEMA, format_checker=FormatChecker()).validate(document)
    assert UUID(document["id"]) == document_id(part.name)
    assert document["tags"] == [f"attack.{technique.lower()}" for technique in RULES[part.rule].techniques]
    assert part.rule in document["description"]
    assert (part.less == "") is ("Sigma can say less" not in document["description"])


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_a_condition_uses_every_search_and_names_none_that_is_not_there(part):
    searches = set(part.searches)
    used = names_in(part.condition)

    assert all(any(fnmatchcase(search, name) for search in searches) for name in used)
    assert all(any(fnmatchcase(search, name) for name in used) for search in searches)


def every_field(part: SigmaPart) -> list[str]:
    maps = [m for search in part.searches.values() for m in (search if isinstance(search, list) else [search])]
    return [field for fields_of in maps if isinstance(fields_of, Mapping) for field in fields_of]


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_a_field_is_one_of_cloudtrails_with_modifiers_of_the_specification(part):
    for field in every_field(part):
        path, *modifiers = field.split("|")
        assert re.fullmatch(
            r"event(Source|Name|Category)|error(Code|Message)|(requestParameters|userIdentity|resources)(\.\w+)+", path
        )
        assert set(modifiers) <= MODIFIERS
        assert len(modifiers) <= 1 or modifiers == ["contains", "expand"]


def test_ids_titles_and_file_names_are_unique_and_the_ids_never_change():
    ids = [document["id"] for document in DOCUMENTS.values()]

    assert len(set(ids)) == len({d["title"] for d in DOCUMENTS.values()}) == len(TEXTS) == len(PARTS)
    assert DOCUMENTS["access.root-use"]["id"] == "4b3b6564-ff31-50bf-bc68-efe218f30d86"
    assert DOCUMENTS["deletion.force-delete"]["id"] == "a15e5d8b-24d1-55ee-8ec7-24e9dd69d78a"
    assert all(re.fullmatch(r"aws_[a-z0-9_]+\.yml", name) for name in TEXTS)


def test_a_variant_points_to_the_first_document_of_its_rule():
    for part in PARTS:
        related = [{"id": str(document_id(part.rule)), "type": "similar"}] if part.variant else None
        assert DOCUMENTS[part.name].get("related") == related
    assert {part.rule for part in PARTS} == {part.name for part in PARTS if not part.variant}


# The verb


def test_all_documents_go_to_stdout_as_one_stream(capsys):
    assert run(["rules", "export", "--sigma"]) == 0

    captured = capsys.readouterr()
    assert list(yaml.safe_load_all(captured.out)) == list(DOCUMENTS.values())
    assert captured.err == f"documents={len(PARTS)} rules={len(EXPORTED)} need-history={len(NEEDS_HISTORY)}\n"


def test_each_document_becomes_a_file_of_a_folder(capsys, tmp_path):
    assert run(["rules", "export", "--sigma", "--output", str(tmp_path / "new")]) == 0

    assert {path.name: path.read_text("utf-8") for path in (tmp_path / "new").iterdir()} == TEXTS
    assert capsys.readouterr().out == ""


def test_a_folder_that_cannot_be_written_is_one_line(capsys, tmp_path):
    (tmp_path / "in-the-way").write_text("", "utf-8")

    assert run(["rules", "export", "--sigma", "--output", str(tmp_path / "in-the-way")]) == 1

    captured = capsys.readouterr()
    assert captured.err.startswith("error: ")
    assert captured.err.count("\n") == 1


def test_the_form_is_asked_for(capsys):
    assert run(["rules", "export"]) == 2
    assert "--sigma" in capsys.readouterr().err
