"""What the audit asks is what the auditor may do, and nothing that it asks for writes."""

from __future__ import annotations

from fnmatch import fnmatchcase

import pytest

from functions.transformed import many, policies_of
from nightlatch.adapters.posture.needs import NEEDS, Need


def _granted() -> set[str]:
    """Give the actions that it may call; those under a condition of the template are not counted on."""
    statements = [one for document, _ in policies_of("AuditorRole") for one in document["Statement"]]
    return {action for one in statements if one.get("Effect") == "Allow" for action in many(one["Action"])}


@pytest.mark.parametrize("need", [one for one in NEEDS.values() if not one.is_opt_in], ids=lambda one: one.action)
def test_the_auditor_may_make_every_call_that_an_audit_makes(need: Need) -> None:
    assert any(fnmatchcase(need.action, granted) for granted in _granted())


def test_the_auditor_may_not_read_log_lines_which_only_a_person_asks_for() -> None:
    assert "logs:FilterLogEvents" not in _granted()
    assert NEEDS["logs:FilterLogEvents"].is_opt_in
