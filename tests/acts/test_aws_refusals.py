"""Whatever AWS answers to any call of any act becomes one of our errors, with a sentence that says what to do.

moto gives few of these answers, so botocore's stubber gives them all: what the service models declare for each
operation that a plan may hold, what every AWS service may answer, and what goes wrong on the way there.

Source: botocore service models, errors of each operation; Secrets Manager, IAM and KMS API references, common errors;
Secrets Manager user guide, reference_limits (what is worth another try); design facts 5, 6, 8 and 10.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import (
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ParamValidationError,
    ReadTimeoutError,
)
from botocore.stub import Stubber

from fakes_snapshots import FakeCopies
from nightlatch.acts import ACTS
from nightlatch.adapters.acting.hand import AwsHand
from nightlatch.domain.answering.acting import Call
from nightlatch.domain.errors import NightlatchError, NotFound, NotYet, Refused, Unavailable, WorldMoved
from worlds import REGION

CALLS = sorted({call for act in ACTS.values() for call in act.calls})
SAID = "the request was not taken"  # AWS's own words
PARAMETER = "pl4nted-parameter"

DECLARED: Mapping[str, tuple[type[NightlatchError], str]] = {
    # Secrets Manager
    "ResourceNotFoundException": (NotFound, "does not exist in this account and Region"),
    "InvalidParameterException": (Refused, SAID),
    "InvalidRequestException": (Refused, SAID),
    "LimitExceededException": (Refused, "quota"),
    "EncryptionFailure": (Refused, "key"),
    "DecryptionFailure": (Refused, "key"),
    "InternalServiceError": (Unavailable, "try again later"),
    "MalformedPolicyDocumentException": (Refused, "policy"),
    "PublicPolicyException": (Refused, "let anybody in"),
    "PreconditionNotMetException": (Refused, SAID),
    "ResourceExistsException": (Refused, SAID),
    # IAM
    "NoSuchEntity": (NotFound, "does not exist in this account"),
    "LimitExceeded": (Refused, "quota"),
    "MalformedPolicyDocument": (Refused, "report it"),
    "UnmodifiableEntity": (Refused, "Identity Center"),
    "ServiceFailure": (Unavailable, "try again later"),
    "InvalidInput": (Refused, SAID),
    # KMS
    "NotFoundException": (NotFound, "does not exist in this account"),
    "InvalidArnException": (Refused, "full ARN"),
    "DependencyTimeoutException": (Unavailable, "try again later"),
    "KMSInternalException": (Unavailable, "try again later"),
    "KMSInvalidStateException": (WorldMoved, "state"),
}
LABELS_MOVED = ("UpdateSecretVersionStage", "InvalidParameterException")  # then the plan is made again
# AWS names an operation's error once for all that it means; of these the operation says which.
_SPECIAL = {
    LABELS_MOVED: (WorldMoved, "plan again"),
    ("CreateSecret", "ResourceExistsException"): (WorldMoved, "somebody created it meanwhile"),
}

_NOT_NOW = (
    *("Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled", "RequestThrottledException"),
    *("TooManyRequestsException", "ProvisionedThroughputExceededException", "TransactionInProgressException"),
    *("RequestLimitExceeded", "BandwidthLimitExceeded", "SlowDown", "RequestTimeout", "RequestTimeoutException"),
    "PriorRequestNotComplete",
)
COMMON: Mapping[str, tuple[int, type[NightlatchError], str]] = {
    "AccessDeniedException": (400, Refused, "not permitted; add"),
    "AccessDenied": (403, Refused, "not permitted; add"),
    "NotAuthorized": (401, Refused, "not permitted; add"),
    "ExpiredTokenException": (403, Refused, "sign in again"),
    "ExpiredToken": (403, Refused, "sign in again"),
    "UnrecognizedClientException": (403, Refused, "sign in again"),
    "InvalidClientTokenId": (403, Refused, "sign in again"),
    "IncompleteSignature": (400, Refused, SAID),
    "OptInRequired": (403, Refused, SAID),
    "ValidationError": (400, Refused, SAID),
    "InternalFailure": (500, Unavailable, "try again later"),
    "ServiceUnavailable": (503, Unavailable, "try again later"),
    **dict.fromkeys(_NOT_NOW, (400, Unavailable, "try again later")),
}


def make(service: str) -> Any:
    """Make a client that asks once."""
    make_client: Any = boto3.client
    keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
    return make_client(service, region_name=REGION, config=Config(retries={"total_max_attempts": 1}), **keys)


@pytest.fixture(scope="module")
def clients() -> Mapping[str, Any]:
    return {service: make(service) for service in {call.partition(":")[0] for call in CALLS}}


@dataclass(frozen=True)
class Asked:
    """One call of a plan, with parameters that its service model takes."""

    client: Any
    action: str

    @property
    def call(self) -> Call:
        service, _, operation = self.action.partition(":")
        return Call(service=service, operation=operation, parameters=dict(self._required(operation)))

    @property
    def codes(self) -> Iterator[tuple[str, int]]:
        """Give the errors that the service model declares, by the name that goes over the wire."""
        operation = self.client.meta.service_model.operation_model(self.call.operation)
        for shape in operation.error_shapes:
            error = shape.metadata.get("error", {})
            yield error.get("code", shape.name), error.get("httpStatusCode", 400)

    def refused_with(self, code: str, status: int, said: str = SAID) -> NightlatchError:
        """Make the call, let AWS answer so, and give what came of it."""
        with Stubber(self.client) as stub:
            stub.add_client_error(xform_name(self.call.operation), code, f"{said}.", http_status_code=status)
            return self.caught()

    def caught(self) -> NightlatchError:
        hand = AwsHand(clients=lambda _: self.client, copies=FakeCopies())
        with pytest.raises(NightlatchError) as caught:
            hand.perform(self.call, "prod/db")
        return caught.value

    def _required(self, operation: str) -> Iterator[tuple[str, object]]:
        shape = self.client.meta.service_model.operation_model(operation).input_shape
        for name in shape.required_members:
            listed = {"RemoveReplicaRegions", "TagKeys"}
            if name == "Tags":
                yield name, [{"Key": "team", "Value": PARAMETER}]
            elif name == "AddReplicaRegions":
                yield name, [{"Region": "us-east-1"}]
            elif name == "Status":
                yield name, "Inactive"
            else:
                yield name, [PARAMETER] if name in listed else PARAMETER


@pytest.fixture(params=CALLS)
def asked(request: pytest.FixtureRequest, clients: Mapping[str, Any]) -> Asked:
    return Asked(clients[request.param.partition(":")[0]], request.param)


def says_what_to_do(error: NightlatchError) -> bool:
    """Tell whether a message is one line, names the thing, and ends with a next step or the plain fact."""
    text = str(error)
    return "prod/db" in text and "\n" not in text and (isinstance(error, NotFound) or "; " in text)


def test_every_error_that_aws_declares_has_its_meaning(asked: Asked) -> None:
    declared = list(asked.codes)
    assert declared

    for code, status in declared:
        error = asked.refused_with(code, status)

        meaning, words = _SPECIAL.get((asked.call.operation, code), DECLARED[code])
        assert isinstance(error, meaning), f"{asked.action} {code}: {error!r}"
        assert isinstance(error, Unavailable) is (meaning is Unavailable), f"{asked.action} {code}: {error!r}"
        assert words in str(error), f"{asked.action} {code}"
        assert says_what_to_do(error), f"{asked.action} {code}: {error}"


@pytest.mark.parametrize("code", COMMON)
def test_what_any_service_may_answer_has_its_meaning_too(asked: Asked, code: str) -> None:
    status, meaning, words = COMMON[code]

    error = asked.refused_with(code, status)

    assert type(error) is meaning, repr(error)
    assert words in str(error)
    assert says_what_to_do(error)


def test_a_missing_permission_is_named(asked: Asked) -> None:
    assert asked.action in str(asked.refused_with("AccessDeniedException", 400))


def test_an_explicit_deny_is_not_met_by_a_permission_more(asked: Asked) -> None:
    said = "User: ana is not authorized to perform this with an explicit deny in a resource-based policy"

    error = asked.refused_with("AccessDeniedException", 400, said)

    assert type(error) is Refused
    assert "resource-based policy denies it" in str(error)
    assert "add " not in str(error)


@pytest.mark.parametrize(
    ("fault", "meaning"),
    [
        (EndpointConnectionError(endpoint_url="https://example.test"), Unavailable),
        (ConnectTimeoutError(endpoint_url="https://example.test"), Unavailable),
        (ReadTimeoutError(endpoint_url="https://example.test"), Unavailable),
        (NoCredentialsError(), Refused),
        (ParamValidationError(report=f"invalid: {PARAMETER}"), Refused),
    ],
    ids=lambda one: type(one).__name__ if isinstance(one, Exception) else "",
)
def test_what_goes_wrong_on_the_way_has_its_meaning(asked: Asked, fault: Exception, meaning: type) -> None:
    def raise_it(**_: Any) -> None:
        raise fault

    asked.client.meta.events.register_first("before-call", raise_it)
    try:
        error = asked.caught()
    finally:
        asked.client.meta.events.unregister("before-call", raise_it)

    assert type(error) is meaning, repr(error)
    assert says_what_to_do(error)
    assert PARAMETER not in str(error)


def test_a_name_that_is_still_held_is_asked_for_again(clients: Mapping[str, Any]) -> None:
    said = "You can't create this secret because a secret with this name is already scheduled for deletion"

    error = Asked(clients["secretsmanager"], "secretsmanager:CreateSecret").refused_with(
        "InvalidRequestException", 400, said
    )

    assert type(error) is NotYet


def test_no_parameter_stands_in_a_traceback(asked: Asked) -> None:
    error = asked.refused_with("ValidationException", 400)

    assert PARAMETER not in "".join(traceback.format_exception(error))


def test_every_meaning_is_one_that_some_call_may_meet(clients: Mapping[str, Any]) -> None:
    every = {code for action in CALLS for code, _ in Asked(clients[action.partition(":")[0]], action).codes}

    assert set(DECLARED) == every
