"""What a mutant changes: each condition in each way, and nothing that is text or data."""

from __future__ import annotations

import pytest

from mutation.operators import mutants
from mutation.reach import reach

RULE = '''
"""Text."""

FEW, _CALL = 3, "DeleteSecret"
TITLE = "not a condition: 7"


def evaluate(event, baseline):
    """Text: 5."""
    seen = baseline.by_principal.named(_CALL, "PutSecretValue").only(succeeded).before(event.at)
    if len(seen) >= FEW and not event.denied:
        return Match(reason="text: 9", severity=Severity.LOW)
    return None


def _is_known(sighting) -> bool:
    return sighting.known


def _case(count=4):
    return Example(fires=count > 2)


DETECTION = Detection(
    id="a.b",
    title=TITLE,
    severity=Severity.HIGH,
    event_names=secrets_manager("DeleteSecret", "RestoreSecret"),
    evaluate=evaluate,
    examples=(_case(),),
)
'''


def made_of(source: str, *, kind: str) -> set[tuple[str, str]]:
    return {(one.was, one.becomes) for one in mutants(source, reach(source).lines) if one.kind == kind}


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("number", {("3", "4"), ("3", "2")}),
        ("severity", {("Severity.LOW", "Severity.MEDIUM"), ("Severity.HIGH", "Severity.MEDIUM")}),
        (
            "condition",
            {
                ("len(seen) >= FEW and not event.denied", "True"),
                ("len(seen) >= FEW and not event.denied", "False"),
            },
        ),
        (
            "clause",
            {
                ("len(seen) >= FEW and not event.denied", "len(seen) >= FEW"),
                ("len(seen) >= FEW and not event.denied", "not event.denied"),
            },
        ),
        ("return", {('return Match(reason="text: 9", severity=Severity.LOW)', "return None")}),
    ],
)
def test_every_condition_that_evaluate_reaches_is_changed_and_nothing_else(
    kind: str, expected: set[tuple[str, str]]
) -> None:
    assert made_of(RULE, kind=kind) == expected


def test_words_filters_and_arguments_are_changed_where_they_decide() -> None:
    words, filters, arguments = (made_of(RULE, kind=kind) for kind in ("word", "filter", "argument or element"))

    assert {was for was, _ in words} == {'"DeleteSecret"', '"PutSecretValue"', '"RestoreSecret"'}
    assert len(filters) == 4
    assert len(arguments) == 5


@pytest.mark.parametrize(
    ("expression", "left_out"),
    [
        ("{CURRENT, Label.PENDING}", {"{Label.PENDING}", "{CURRENT, }"}),
        ("(CURRENT, PENDING)", {"(PENDING,)", "(CURRENT, )"}),
        ('("GetSecretValue", _CALL)', set()),
    ],
    ids=["a set", "a tuple", "words"],
)
def test_one_of_several_elements_is_left_out(expression: str, left_out: set[str]) -> None:
    source = RULE.replace("not event.denied", f"event.label in {expression}")

    made = {becomes for was, becomes in made_of(source, kind="argument or element") if was == expression}

    assert made == left_out


def test_a_predicate_says_the_same_of_everything() -> None:
    source = RULE.replace("only(succeeded)", "only(_is_known)")

    assert {becomes.rpartition(": ")[2] for was, becomes in made_of(source, kind="clause") if "_is_known" in was} == {
        "return True",
        "return False",
    }


def test_a_digest_changes_with_a_condition_and_not_with_text_comments_or_examples() -> None:
    same = RULE.replace("not a condition: 7", "8").replace("text: 5", "6").replace("count=4", "count=5")
    other = RULE.replace("FEW, _CALL = 3", "FEW, _CALL = 4")

    assert reach(same).digest == reach(RULE).digest == reach(f"# a comment\n{RULE}").digest
    assert reach(other).digest != reach(RULE).digest


def test_a_place_outlives_what_is_added_above() -> None:
    line = RULE.splitlines().index("    if len(seen) >= FEW and not event.denied:") + 1

    place = reach(RULE).place_of(line)

    assert reach(f"import this\n\n{RULE}").line_of(*place) == line + 2
