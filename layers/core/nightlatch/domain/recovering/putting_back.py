"""Which calls make a secret's metadata what they were: part by part, and only what is otherwise.

AWS knows no compare-and-set for any of them, so the plan is made from what is there a moment before each call.

Source: Secrets Manager API reference: UpdateSecret (description and key without a value leave the value as it is),
TagResource, UntagResource, PutResourcePolicy (replaces the whole policy), RotateSecret (with RotateImmediately false
the function's test step runs and nothing is rotated), CancelRotateSecret. Tags whose names begin with `aws:` are AWS's
own and cannot be set.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from nightlatch.domain.answering.acting import Call
from nightlatch.domain.secret.metadata import RotationSettings, SecretMetadata
from nightlatch.domain.secret.metadata_parts import Part

AWS_KEY = "alias/aws/secretsmanager"
_AWS_TAG = "aws:"


CALLS: Mapping[Part, frozenset[str]] = {
    Part.POLICY: frozenset({"PutResourcePolicy", "DeleteResourcePolicy", "ValidateResourcePolicy"}),
    Part.TAGS: frozenset({"TagResource", "UntagResource"}),
    Part.KEY: frozenset({"UpdateSecret"}),
    Part.ROTATION: frozenset({"RotateSecret", "CancelRotateSecret"}),
    Part.DESCRIPTION: frozenset({"UpdateSecret"}),
}


def calls_back(now: SecretMetadata, then: SecretMetadata, parts: tuple[Part, ...]) -> tuple[Call, ...]:
    """Give the calls that make these parts what they were; none where they are so."""
    return tuple(call for part in Part if part in parts for call in _WAYS[part](now, then))


def put_policy(secret: str, text: str) -> Call:
    """Write the call that replaces a resource policy; AWS checks it first, and it never makes a secret public."""
    asked = {"SecretId": secret, "ResourcePolicy": text}
    return Call(
        service="secretsmanager",
        operation="PutResourcePolicy",
        parameters={**asked, "BlockPublicPolicy": True},
        checked_by=Call(service="secretsmanager", operation="ValidateResourcePolicy", parameters=asked),
    )


def _policy(now: SecretMetadata, then: SecretMetadata) -> Iterator[Call]:
    if now.policy_text == then.policy_text:
        return
    if then.policy_text is None:
        yield _call("DeleteResourcePolicy", now)
    else:
        yield put_policy(now.arn, then.policy_text)


def _tags(now: SecretMetadata, then: SecretMetadata) -> Iterator[Call]:
    before, after = _settable(now), _settable(then)
    wanted = [{"Key": name, "Value": value} for name, value in after.items() if before.get(name) != value]
    if wanted:
        yield _call("TagResource", now, Tags=wanted)
    unwanted = [name for name in before if name not in after]
    if unwanted:
        yield _call("UntagResource", now, TagKeys=unwanted)


def _key(now: SecretMetadata, then: SecretMetadata) -> Iterator[Call]:
    if now.key_id != then.key_id:
        yield _call("UpdateSecret", now, KmsKeyId=then.key_id or AWS_KEY)


def _description(now: SecretMetadata, then: SecretMetadata) -> Iterator[Call]:
    if now.description != then.description:
        yield _call("UpdateSecret", now, Description=then.description)


def _rotation(now: SecretMetadata, then: SecretMetadata) -> Iterator[Call]:
    if now.rotation == then.rotation or not (now.rotation.enabled or then.rotation.enabled):
        return
    if then.rotation.enabled:
        yield turn_on_rotation(now.arn, then.rotation)
    else:
        yield _call("CancelRotateSecret", now)


def turn_on_rotation(secret: str, rotation: RotationSettings) -> Call:
    """Write the call that makes a secret rotate again as it did; it rotates nothing now (ruling 11)."""
    rules = {
        "AutomaticallyAfterDays": rotation.days if rotation.schedule is None else None,
        "ScheduleExpression": rotation.schedule,
        "Duration": rotation.duration,
    }
    asked: dict[str, object] = {
        "RotationLambdaARN": rotation.lambda_arn,
        "RotationRules": {name: value for name, value in rules.items() if value is not None} or None,
        "ExternalSecretRotationRoleArn": rotation.external_role,
        "ExternalSecretRotationMetadata": [{"Key": k, "Value": v} for k, v in rotation.external_settings] or None,
    }
    return Call(
        service="secretsmanager",
        operation="RotateSecret",
        parameters={
            "SecretId": secret,
            "RotateImmediately": False,
            **{name: value for name, value in asked.items() if value is not None},
        },
    )


def _call(operation: str, now: SecretMetadata, **asked: object) -> Call:
    return Call(service="secretsmanager", operation=operation, parameters={"SecretId": now.arn, **asked})


def _settable(metadata: SecretMetadata) -> Mapping[str, str]:
    return {name: value for name, value in metadata.tags if not name.startswith(_AWS_TAG)}


_WAYS: Mapping[Part, Callable[[SecretMetadata, SecretMetadata], Iterator[Call]]] = {
    Part.POLICY: _policy,
    Part.TAGS: _tags,
    Part.KEY: _key,
    Part.ROTATION: _rotation,
    Part.DESCRIPTION: _description,
}
