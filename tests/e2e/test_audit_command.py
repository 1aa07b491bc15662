"""An engineer audits the stage from the command line: what is there is found, what may not be looked at is named."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from e2e.watched import Watched
from nightlatch.cli.main import run
from nightlatch.cli.speech.exit_codes import ExitCode
from nightlatch.cli.verbs import stage as stage_verbs
from nightlatch.local.scenes.company import a_value

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("audit-command")]

DENIED = "secretsmanager:GetResourcePolicy"
HINTED = "password hint: the first dog"


@pytest.fixture(scope="module", autouse=True)
def at_the_stage(watched: Watched, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let `--local` find the stage, and keep audits apart from those of whoever runs this."""
    place = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patches:
        patches.setenv("XDG_RUNTIME_DIR", str(place))
        patches.setenv("XDG_STATE_HOME", str(place))
        with stage_verbs.announced(watched.theatre):
            yield


def hinted(watched: Watched) -> tuple[str, str]:
    """Make a secret whose description should not be there; give its name and its value."""
    name, value = f"e2e/hinted-{uuid.uuid4().hex[:8]}", a_value()
    watched.theatre.as_role("terraform", "apply").create_secret(Name=name, SecretString=value, Description=HINTED)
    return name, value


@contextmanager
def denied(watched: Watched, action: str) -> Iterator[None]:
    """Deny whoever audits a call."""
    iam, name = watched.client("iam"), watched.theatre.operator_role.rpartition("/")[2]
    statement = {"Effect": "Deny", "Action": action, "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_role_policy(RoleName=name, PolicyName="may-not-look", PolicyDocument=document)
    try:
        yield
    finally:
        iam.delete_role_policy(RoleName=name, PolicyName="may-not-look")


def audited(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any], str]:
    """Audit, and give the code, the document and what was said beside it."""
    capsys.readouterr()
    code = run(["audit", "--local", "--output", "json", *arguments])
    told = capsys.readouterr()
    return code, json.loads(told.out), told.err


def standings(document: dict[str, Any], name: str) -> dict[str, str]:
    return {one["check"]: one["standing"] for one in document["findings"] if one["name"] == name}


def test_what_is_there_is_found_and_without_its_text(watched: Watched, capsys: pytest.CaptureFixture[str]) -> None:
    name, value = hinted(watched)

    code, document, said = audited(capsys)

    assert code == ExitCode.CLEAN
    assert document["audit"]["is_whole"]
    assert {"text.hint", "rotation.off"} <= set(standings(document, name))
    assert document["audit"]["secrets"] >= len(watched.theatre.company.names)
    assert "not_seen=0" in said
    assert HINTED not in json.dumps(document) + said
    assert value not in json.dumps(document) + said


def test_what_may_not_be_looked_at_is_named_and_the_rest_is_whole(
    watched: Watched, capsys: pytest.CaptureFixture[str]
) -> None:
    name, _ = hinted(watched)
    _, before, _ = audited(capsys)

    with denied(watched, DENIED):
        code, document, said = audited(capsys)
        failed, _, _ = audited(capsys, "--last", "--fail-on", "LOW")
    _, after, _ = audited(capsys)

    assert (code, failed) == (ExitCode.PARTIAL, ExitCode.FINDINGS)
    assert f"could not look: {DENIED} (" in said
    assert standings(document, name)[f"audit.not-seen.{DENIED}"] == "new"
    assert standings(document, name)["rotation.off"] == "open"
    assert [one["about"] for one in document["not_seen"] if not one["about"].startswith("nightlatch")] == [DENIED]
    assert len(document["findings"]) > len(before["findings"])
    assert standings(after, name)[f"audit.not-seen.{DENIED}"] == "fixed"


def test_what_was_mended_is_fixed_in_the_report(
    watched: Watched, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    name, _ = hinted(watched)
    audited(capsys)
    terraform = watched.theatre.as_role("terraform", "apply")
    terraform.update_secret(SecretId=name, Description="The login of the orders service.")

    _, document, _ = audited(capsys)
    page = tmp_path / "report.html"
    assert run(["audit", "--local", "--last", "--output", "html", "--out", str(page)]) == ExitCode.CLEAN

    assert standings(document, name)["text.hint"] == "fixed"
    written = page.read_text(encoding="utf-8")
    assert name in written
    assert HINTED not in written
