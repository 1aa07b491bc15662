"""Bad input to `nightlatch audit` is named, ends with 4, and leaves everything else looked at.

A call that is denied, an account of which whole lists are denied, a secret that vanishes while it is looked at, and a
resource policy that is no JSON.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from moto.awslambda.models import LambdaBackend
from moto.core.exceptions import AccessDeniedError, JsonRESTError
from moto.dynamodb.models import DynamoDBBackend
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models import EC2Backend
from moto.iam.models import IAMBackend
from moto.secretsmanager.models import SecretsManagerBackend

from cli.deployed import deploy
from nightlatch.cli.main import run
from nightlatch.cli.speech.exit_codes import ExitCode
from worlds import a_client, on_moto

ACCOUNT_NAME = "account 111122223333 in eu-west-1"
NAMES = ("prod/db", "prod/mail")
SECRETS = ("--secret", "prod/*")  # without functions and the account, which take their time
_SAID = "you are not authorized to perform this"
DENIED = JsonRESTError("AccessDeniedException", _SAID)


@pytest.fixture(autouse=True)
def account(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Two secrets that nobody rotates."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with on_moto(monkeypatch):
        for name in NAMES:
            a_client("secretsmanager").create_secret(Name=name, SecretString="planted-value-of-a-secret")
        yield


def audited(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any], str]:
    capsys.readouterr()
    code = run(["audit", "--output", "json", *arguments])
    told = capsys.readouterr()
    return code, json.loads(told.out), told.err


def found(document: dict[str, Any], check: str) -> list[str]:
    """Name what a check found, or what a question was not answered about."""
    return sorted(one["name"] for one in document["findings"] if one["check"] == check)


def denying(
    monkeypatch: pytest.MonkeyPatch, backend: type, method: str, *, of: str = "", by: Exception = DENIED
) -> None:
    """Deny a call as AWS does; about one secret alone where one is named."""
    answered: Callable[..., Any] = getattr(backend, method)

    def deny(self: Any, *given: Any, **named: Any) -> Any:
        if of and of not in str((*given, *named.values())):
            return answered(self, *given, **named)
        raise by

    monkeypatch.setattr(backend, method, deny)


def test_an_account_without_bad_input_is_whole(capsys: pytest.CaptureFixture[str]) -> None:
    code, document, said = audited(capsys, *SECRETS)

    assert code == ExitCode.CLEAN
    assert document["audit"]["is_whole"]
    assert "could not" not in said


def test_a_denied_call_is_named_with_its_secret_and_the_other_secret_is_whole(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    denying(monkeypatch, SecretsManagerBackend, "get_resource_policy", of="prod/db")

    code, document, said = audited(capsys, *SECRETS)

    assert code == ExitCode.PARTIAL
    assert not document["audit"]["is_whole"]
    assert found(document, "audit.not-seen.secretsmanager:GetResourcePolicy") == ["prod/db"]
    assert "could not look: secretsmanager:GetResourcePolicy (prod/db)" in said
    assert found(document, "rotation.off") == list(NAMES)


def test_a_half_readable_account_names_each_list_that_was_denied_and_tells_the_rest(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    not_hers = AccessDeniedError("arn:aws:iam::111122223333:user/ana", "iam:GetAccountAuthorizationDetails")
    denying(monkeypatch, LambdaBackend, "list_functions")
    denying(monkeypatch, EC2Backend, "describe_vpc_endpoints", by=EC2ClientError("UnauthorizedOperation", _SAID))
    denying(
        monkeypatch,
        IAMBackend,
        "get_account_authorization_details",
        by=not_hers,
    )

    code, document, said = audited(capsys)

    assert code == ExitCode.PARTIAL
    for action in ("lambda:ListFunctions", "ec2:DescribeVpcEndpoints", "iam:GetAccountAuthorizationDetails"):
        assert found(document, f"audit.not-seen.{action}") == [ACCOUNT_NAME], action
        assert f"could not look: {action} ({ACCOUNT_NAME})" in said
    assert found(document, "rotation.off") == list(NAMES)
    assert found(document, "monitoring.no-trail") == [ACCOUNT_NAME]


def test_a_secret_that_vanishes_while_it_is_looked_at_is_named_and_the_other_is_whole(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    answered = SecretsManagerBackend.get_resource_policy

    def vanish(self: Any, secret_id: str) -> str:
        if "prod/db" in secret_id:
            self.delete_secret(secret_id, recovery_window_in_days=None, force_delete_without_recovery=True)
        return answered(self, secret_id)

    monkeypatch.setattr(SecretsManagerBackend, "get_resource_policy", vanish)

    code, document, said = audited(capsys, *SECRETS)

    assert code == ExitCode.PARTIAL
    assert found(document, "audit.vanished") == ["prod/db"]
    assert "vanished during the audit: prod/db" in said
    assert found(document, "rotation.off") == ["prod/mail"]


def test_an_inventory_that_may_not_be_read_is_told_and_the_audit_goes_on_without_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    deploy({})
    denying(monkeypatch, DynamoDBBackend, "query", of="inventory")

    code, document, said = audited(capsys, "--check", "tags.none")
    last, _, _ = audited(capsys, "--check", "tags.none", "--last")

    assert (code, last) == (ExitCode.PARTIAL, ExitCode.CLEAN)
    assert "nightlatch's inventory could not be read, so the policy's alone counts" in said
    assert found(document, "tags.none") == list(NAMES)


@pytest.mark.parametrize("policy", ["{not json", '"a text"', '{"Statement": [], "Statement": []}'])
def test_a_policy_that_is_no_json_is_named_with_its_secret_and_everything_else_is_judged(
    policy: str, capsys: pytest.CaptureFixture[str]
) -> None:
    a_client("secretsmanager").put_resource_policy(SecretId="prod/db", ResourcePolicy=policy)

    code, document, said = audited(capsys, *SECRETS)

    assert code == ExitCode.PARTIAL
    assert not document["audit"]["is_whole"]
    assert found(document, "policy.unreadable") == ["prod/db"]
    assert found(document, "audit.not-seen.nightlatch:policy") == ["prod/db"]
    assert "could not look: nightlatch:policy (prod/db)" in said
    assert found(document, "rotation.off") == list(NAMES)
