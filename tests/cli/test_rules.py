"""What a person and a script learn about the rules."""

from __future__ import annotations

import json

import pytest

from nightlatch.cli.main import run
from nightlatch.detections import CATALOGUE

FIELDS = {"id", "catalogue", "kind", "practice", "title", "severity", "technique", "event_names"}


def test_the_list_holds_every_rule_with_all_fields(capsys):
    assert run(["rules", "list", "--output", "json"]) == 0

    rules = json.loads(capsys.readouterr().out)
    assert [rule["id"] for rule in rules] == [rule.id for rule in CATALOGUE]
    for rule, shown in zip(CATALOGUE, rules, strict=True):
        assert shown.keys() == FIELDS
        assert (shown["kind"], shown["practice"]) == ("detection", None)
        assert tuple(shown["technique"]) == rule.techniques
        assert set(shown["event_names"]) == {name.name + "*" * name.is_prefix for name in rule.event_names}


def test_the_table_names_every_rule(capsys):
    assert run(["rules", "list"]) == 0

    out = capsys.readouterr().out
    assert all(rule.id in out and rule.catalogue in out for rule in CATALOGUE)


@pytest.mark.parametrize("rule", CATALOGUE, ids=lambda rule: rule.id)
def test_a_rule_is_explained_by_id_and_by_number(capsys, rule):
    assert run(["rules", "explain", rule.id]) == 0
    by_id = capsys.readouterr().out
    assert run(["rules", "explain", rule.catalogue.lower()]) == 0

    assert capsys.readouterr().out == by_id
    for text in (
        rule.title,
        rule.blind_spots,
        *rule.playbook.splitlines(),
        *(example.name for example in rule.examples),
    ):
        assert text in by_id


def test_an_unknown_rule_is_one_line_with_the_nearest(capsys):
    assert run(["rules", "explain", "access.bulk-reed"]) == 1

    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == "error: no rule is called access.bulk-reed; did you mean access.bulk-read?\n"


def test_every_rule_does_what_its_examples_say(capsys):
    assert run(["rules", "test"]) == 0

    captured = capsys.readouterr()
    assert captured.out.count("ok ") == len(CATALOGUE)
    assert captured.err.endswith("failed=0\n")


def test_one_rule_is_tested_alone(capsys):
    assert run(["rules", "test", CATALOGUE[0].id]) == 0

    assert len(capsys.readouterr().out.splitlines()) == 1
