"""What a function's variables hold is judged and left behind; references and harmless settings are nobody's news."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightlatch.adapters.posture.variables import judged_variables
from nightlatch.domain.posture.functions import Variable
from nightlatch.domain.posture.unseen import Gap
from nightlatch.domain.secret.credential_texts import credential_named

SECRET = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db-AbCdEf"


def one(name: str, value: str) -> Variable:
    (found,) = judged_variables({"Environment": {"Variables": {name: value}}})  # type: ignore[misc]
    return found  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("name", "value", "holds"),
    [
        ("DB_PASSWORD", "correcthorse", "a password"),
        ("DBPASSWORD", "planted-1", "a password"),
        ("db_pass", "planted", "a password"),
        ("API_TOKEN", "planted0token0planted", "a key or token"),
        ("STRIPE_SECRET", "planted0secret0planted", "a key or token"),
        ("CLIENT_SECRET", "planted0-planted0-01", "a key or token"),
        ("APP_SECRET", "1b7a0c0e-0000-4000-8000-00000000000a", "a key or token"),
        ("ANY", "AKIA" + "IOSFODNN7EXAMPLE", "an AWS access key"),
        ("ANY", "ghp_" + "a1" * 12, "a GitHub token"),
        ("DATABASE_URL", "postgres://app:planted1@198.51.100.7/db", "an address with a password"),
    ],
)
def test_a_credential_is_named_by_its_kind(name: str, value: str, holds: str) -> None:
    assert one(name, value).holds == holds


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DB_PASSWORD", SECRET),
        ("DB_PASSWORD", "{{resolve:secretsmanager:prod/db}}"),
        ("DB_PASSWORD", "/prod/db/password"),
        ("DB_PASSWORD", "prod/db/password"),
        ("DB_PASSWORD", ""),
        ("DB_SECRET", "prod/db"),
        ("DB_SECRET", "orders-database"),
        ("DB_SECRET", "orders-database-01"),
        ("API_TOKEN_SECRET_ARN", SECRET),
        ("TOKEN_TTL", "3600"),
        ("PASSWORD_LENGTH", "32"),
        ("SECRETS_MANAGER_ENDPOINT", "https://secretsmanager.eu-west-1.amazonaws.com"),
        ("PUBLIC_KEY_ID", "a1b2c3d4e5f6a7b8"),
        ("STAGE", "prod"),
    ],
)
def test_what_only_points_to_a_credential_is_none(name: str, value: str) -> None:
    assert one(name, value).holds is None


@pytest.mark.parametrize(
    ("name", "value", "is_debug"),
    [
        ("LOG_LEVEL", "DEBUG", True),
        ("POWERTOOLS_LOG_LEVEL", "trace", True),
        ("LOGLEVEL", "debug", True),
        ("DEBUG", "1", True),
        ("APP_DEBUG", "true", True),
        ("POWERTOOLS_LOGGER_LOG_EVENT", "true", True),
        ("LOG_LEVEL", "INFO", False),
        ("DEBUG", "false", False),
        ("DEBUG", "", False),
        ("DEBUG_SYMBOLS_URL", "x", False),
    ],
)
def test_debug_logging_is_seen(name: str, value: str, is_debug: bool) -> None:  # noqa: FBT001 - a table of examples
    assert one(name, value).is_debug is is_debug


def test_a_log_level_that_is_set_beside_the_variables_counts_too() -> None:
    found = judged_variables({"LoggingConfig": {"LogFormat": "JSON", "ApplicationLogLevel": "DEBUG"}})

    assert found == (Variable(name="ApplicationLogLevel", is_debug=True),)


def test_variables_that_lambda_could_not_decrypt_are_a_gap() -> None:
    environment = {"Error": {"ErrorCode": "AccessDeniedException", "Message": "planted words"}}
    found = judged_variables({"Environment": environment})

    assert isinstance(found, Gap)
    assert found.action == "kms:Decrypt"
    assert "planted words" not in found.why


def test_a_function_without_variables_has_none() -> None:
    assert judged_variables({}) == ()


def test_a_name_that_reads_like_a_credential_is_withheld() -> None:
    name = "AKIA" + "IOSFODNN7EXAMPLE"

    assert one(name, "x").name == "variable 1, name withheld"


@given(name=st.text(max_size=40), value=st.text(min_size=9, max_size=200))
def test_no_value_leaves_whatever_it_is(name: str, value: str) -> None:
    found = one(name, value)

    assert value not in repr(found).replace(repr(found.name), "")


@given(name=st.text(), value=st.text())
def test_nothing_that_anybody_may_write_breaks_the_judgement(name: str, value: str) -> None:
    assert credential_named(name, value) in {None, "a password", "a key or token"} | KINDS


KINDS = {
    "an AWS access key",
    "a GitHub token",
    "a Slack token",
    "a private key",
    "a web token",
    "an address with a password",
}
