"""A variable is judged by its name and value together, and only the judgement leaves."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightlatch.domain.posture.variables import judged

PLAIN = "Tr0ub4dor&3"  # no form that an issuer has published, so that the name alone can tell


@pytest.mark.parametrize(
    "name",
    [
        "PASSWORD",
        "PGPASSWORD",
        "DBPASSWORD",
        "DB_PASSWORD",
        "dbPassword",
        "DBPassword",
        "DB_PASSWORD_2",
        "db-pass",
        "MYSQL_PWD",
        "KEYSTORE_PASSPHRASE",
        "GITHUB_TOKEN",
        "CLIENT_SECRET",
        "API_KEY",
        "apiKey",
        "APIKEY",
        "STRIPE_SECRET_KEY",
        "AWS_ACCESS_KEY",
        "SIGNING_KEY",
        "DB_CREDENTIALS",
        "DB_PASSWORD_VALUE",
        "TOKEN_PLAIN_TEXT",
    ],
)
def test_a_name_that_ends_like_a_credential_s_is_one(name: str) -> None:
    assert judged(name, PLAIN).is_named_credential


@pytest.mark.parametrize(
    "name",
    [
        "SECRETS_MANAGER_ENDPOINT",
        "DB_PASSWORD_ARN",
        "TOKEN_TTL",
        "PASSWORD_LENGTH",
        "SECRET_NAME",
        "KEY",
        "PARTITION_KEY",
        "BYPASS",
        "PWD",
        "OLDPWD",
        "VALUE",
        "TEXT",
        "_",
        "TABLE",
    ],
)
def test_a_name_that_only_speaks_of_credentials_is_none(name: str) -> None:
    assert not judged(name, PLAIN).is_named_credential


@pytest.mark.parametrize(
    "value",
    [
        "",
        "  ",
        "true",
        "False",
        "1",
        "disabled",
        "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db-AbCdEf",
        "{{resolve:secretsmanager:prod/db}}",
        "${DB_PASSWORD}",
        "https://issuer.example.com/token",
        "ssm:///prod/db",
        "/prod/orders/db",
        "/Prod/orderService/dbPassword",
        "/opt/certs/ca-2024.pem",
        "/prod",
        "prod/db",
        "prod-2/db-01/password",
        "PROD/DB",
        "Prod/Db",
    ],
)
def test_a_value_that_names_a_place_or_nothing_is_what_the_practice_asks_for(value: str) -> None:
    assert not judged("DB_PASSWORD", value).is_named_credential


@pytest.mark.parametrize(
    "value",
    [
        "hunter2",
        "correct-horse-battery",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "/k3Jd9aLq0Zt7",
        "aB3/xY9",
        "prod/",
        "12345",
    ],
)
def test_a_value_that_names_no_place_is_taken_for_a_credential(value: str) -> None:
    assert judged("DB_PASSWORD", value).is_named_credential


def test_a_variable_called_secret_may_hold_a_secret_s_name() -> None:
    assert not judged("ORDERS_SECRET", "orders-db-login").is_named_credential
    assert not judged("ORDERS_SECRET", "orders.db2").is_named_credential
    assert judged("ORDERS_SECRET", "hunter").is_named_credential
    assert judged("ORDERS_SECRET", "a1b2-c3d4-e5f6").is_named_credential


def test_a_value_with_the_form_of_a_credential_is_named_by_its_kind_whatever_the_name() -> None:
    variable = judged("GREETING", "AKIA" + "A" * 16)

    assert variable.holds == "an AWS access key"
    assert not variable.is_named_credential


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LOG_LEVEL", "DEBUG"),
        ("POWERTOOLS_LOG_LEVEL", " trace "),
        ("LOGLEVEL", "debug"),
        ("APP_LOGLEVEL", "debug"),
        ("LOG_LEVEL", "10"),
        ("logLevel", "all"),
        ("DEBUG", "1"),
        ("APP_DEBUG", "true"),
        ("NODE_DEBUG", "http"),
        ("VERBOSE", "yes"),
        ("POWERTOOLS_LOGGER_LOG_EVENT", "true"),
        ("POWERTOOLS_DEV", "1"),
    ],
)
def test_what_turns_debugging_on_is_seen(name: str, value: str) -> None:
    assert judged(name, value).is_debug


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LOG_LEVEL", "INFO"),
        ("LOG_LEVEL", "true"),
        ("LOG_LEVEL", ""),
        ("DEBUG", "0"),
        ("DEBUG", ""),
        ("APP_DEBUG", "False"),
        ("DEBUG_PORT", "5005"),
        ("POWERTOOLS_LOGGER_LOG_EVENT", "off"),
        ("GREETING", "debug"),
        ("_", "debug"),
    ],
)
def test_what_turns_no_debugging_on_is_left_alone(name: str, value: str) -> None:
    assert not judged(name, value).is_debug


@given(name=st.text(max_size=60), value=st.text(min_size=12, max_size=200))
def test_a_value_leaves_no_trace_whatever_it_is(name: str, value: str) -> None:
    shown = repr(judged(name, value)).replace(repr(name), "")

    assert value not in shown
