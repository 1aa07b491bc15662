"""Everybody's runbook says to delete secrets that were not read for long, by a date that tells less than it seems.

`LastAccessedDate` is of one Region and one day, and says nothing of replicas, nor of who needs a secret once a year.
The rule kept: nightlatch deletes no secret and no key, can delete none, and advises nobody to.

Source: product.md 3.2, tenth incident; Secrets Manager API reference, DescribeSecret (LastAccessedDate).
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer.main

from functions.test_privileges import ROLES, actions
from nightlatch.acts import ACTS
from nightlatch.cli.main import app
from nightlatch.cli.pages.command_page import verbs
from nightlatch.detections import CATALOGUE

PROJECT = Path(__file__).parents[2]
PACKAGE = PROJECT / "layers" / "core" / "nightlatch"
DESTROYING = re.compile(
    r"secretsmanager:(Delete|BatchDelete)Secret|kms:(ScheduleKeyDeletion|DisableKey|Delete\w+)|s3:Delete\w*"
)
CALLING = re.compile(r"\b(delete_secret|schedule_key_deletion|disable_key|remove_regions_from_replication)\(")
ADVISING = re.compile(
    r"aws secretsmanager delete-secret|aws kms (schedule-key-deletion|disable-key)|LastAccessed", re.IGNORECASE
)
PAGES = [PROJECT / "README.md", *sorted((PROJECT / "docs").rglob("*.md"))]


def test_no_act_destroys_anything() -> None:
    assert [call for act in ACTS.values() for call in act.calls if DESTROYING.match(call)] == []


@pytest.mark.parametrize("role", ROLES)
def test_no_role_may_destroy_anything(role: str) -> None:
    assert {action for action in actions(role) if DESTROYING.match(action)} == set()


def test_only_a_thief_on_the_stage_calls_for_a_deletion_and_who_made_the_secret_for_it() -> None:
    calling = {path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py") if CALLING.search(path.read_text("utf-8"))}

    assert {path.as_posix() for path in calling if path.parts[0] != "local"} == {
        "adapters/acting/planting.py",  # decoys that its own registry names
        "cli/acts/throw_away.py",  # the throw-away secret of `doctor --live-fire`
    }


def test_no_verb_deletes_a_secret() -> None:
    words = {word for verb in verbs(typer.main.get_command(app)) for word in verb.split()}

    assert not words & {"delete", "destroy", "retire", "clean", "rm"}


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(PROJECT).as_posix())
def test_no_page_advises_a_deletion(page: Path) -> None:
    assert ADVISING.findall(page.read_text("utf-8")) == []


def test_no_rule_judges_by_the_day_of_the_last_access() -> None:
    reading = {path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py") if "LastAccessed" in path.read_text("utf-8")}

    assert {path.parts[0] for path in reading} <= {
        "local",
        "adapters",
        "checks",
    }  # AWS's answers, and the audit's words
    assert {path.as_posix() for path in reading if path.parts[0] == "adapters"} == {
        "adapters/posture/secret_answers.py"
    }
    advising = {rule.id for rule in CATALOGUE if re.search(r"\b[Dd]elete (it|the secret|them)\b", rule.playbook)}
    assert advising == {"replica.unapproved"}  # a copy that a thief cut loose, once its content is saved
