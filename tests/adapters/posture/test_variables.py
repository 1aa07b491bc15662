"""What a function's variables hold is judged and left behind; what cannot be judged is a gap."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nightlatch.adapters.posture.variables import judged_variables
from nightlatch.domain.posture.functions import Variable
from nightlatch.domain.posture.unseen import Gap

KEY = "AKIA" + "IOSFODNN7EXAMPLE"


def one(name: str, value: str) -> Variable:
    (found,) = judged_variables({"Environment": {"Variables": {name: value}}})  # type: ignore[misc]
    return found  # type: ignore[no-any-return]


def test_each_variable_is_judged_by_its_name_and_its_value() -> None:
    variables = {"DB_PASSWORD": "planted", "LOG_LEVEL": "DEBUG", "OTHER": KEY, "STAGE": "prod"}

    assert judged_variables({"Environment": {"Variables": variables}}) == (
        Variable(name="DB_PASSWORD", is_named_credential=True),
        Variable(name="LOG_LEVEL", is_debug=True),
        Variable(name="OTHER", holds="an AWS access key"),
        Variable(name="STAGE"),
    )


def test_a_log_level_that_is_set_beside_the_variables_counts_too() -> None:
    found = judged_variables({"LoggingConfig": {"LogFormat": "JSON", "ApplicationLogLevel": "DEBUG"}})

    assert found == (Variable(name="ApplicationLogLevel", is_debug=True),)
    assert judged_variables({"LoggingConfig": {"ApplicationLogLevel": "INFO"}}) == ()


def test_variables_that_lambda_could_not_decrypt_are_a_gap() -> None:
    environment = {"Error": {"ErrorCode": "AccessDeniedException", "Message": "planted words"}}
    found = judged_variables({"Environment": environment})

    assert isinstance(found, Gap)
    assert found.action == "kms:Decrypt"
    assert "planted words" not in found.why


def test_a_function_without_variables_has_none() -> None:
    assert judged_variables({}) == ()


def test_a_name_that_reads_like_a_credential_is_withheld() -> None:
    assert one(KEY, "x").name == "variable 1, name withheld"


@given(name=st.text(max_size=40), value=st.text(min_size=9, max_size=200))
def test_no_value_leaves_whatever_it_is(name: str, value: str) -> None:
    found = one(name, value)

    assert value not in repr(found).replace(repr(found.name), "")
