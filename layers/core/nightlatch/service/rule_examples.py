"""Whether rules do what their own examples say, for people who want to see it on their machine."""

from __future__ import annotations

from nightlatch.domain.judging.rules import Detection, Example, detect


def failed_examples(rule: Detection) -> tuple[tuple[Example, str], ...]:
    """Judge a rule's examples; give those that went otherwise, with what happened."""
    outcomes = ((example, _wrong(rule, example)) for example in rule.examples)
    return tuple((example, what) for example, what in outcomes if what is not None)


def _wrong(rule: Detection, example: Example) -> str | None:
    findings, _ = detect(example.event, example.baseline, (rule,))
    if not findings:
        return "stayed silent and should have fired" if example.fires else None
    found = findings[0].severity
    if not example.fires:
        return f"fired with {found.value} and should have stayed silent"
    expected = example.severity or found
    return None if found is expected else f"fired with {found.value} instead of {expected.value}"
