"""Postures to judge in examples and tests: each is clean in every way that it does not say otherwise."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from nightlatch.domain.posture.accounts import (
    AccountPosture,
    AlarmPosture,
    EndpointPosture,
    RulePosture,
    TrailPosture,
)
from nightlatch.domain.posture.functions import FunctionPosture, LogGroupPosture, Variable
from nightlatch.domain.posture.secrets import Protected, SecretPosture, VersionPosture
from nightlatch.domain.posture.terms import Terms
from nightlatch.domain.posture.use import ReaderUse, SecretUse
from nightlatch.domain.secret.key_states import KeyState, KeyStatus
from nightlatch.domain.secret.metadata import RotationSettings
from nightlatch.domain.secret.versions import CURRENT, PREVIOUS

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
TERMS = Terms(now=NOW)
ACCOUNT, REGION = "111122223333", "eu-west-1"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1b7a0c0e-0000-4000-8000-00000000000a"
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:rotate-db"
WATCHES_ALL = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"


def ago(**span: float) -> datetime:
    """Give a moment before that of the examples."""
    return NOW - timedelta(**span)


_ROTATION = RotationSettings(enabled=True, lambda_arn=FUNCTION, days=30)
_VERSIONS = (
    VersionPosture(id="v-2", labels=(CURRENT,), created_at=ago(days=10), last_read=ago(days=1).date()),
    VersionPosture(id="v-1", labels=(PREVIOUS,), created_at=ago(days=40), last_read=ago(days=11).date()),
)
_LOG_GROUP = LogGroupPosture(
    name="/aws/lambda/rotate-db", retention_days=30, key=KEY, has_data_protection=True, leaks=()
)
_APP = ReaderUse(
    principal="role:app", reads=24, busiest_hour=2, hours=12, through_endpoint=24, from_public=0, is_caching=True
)
PROTECTED = Protected(is_guarded=True, wants_guard=True, metadata_kept_at=ago(days=9))


def a_secret(**other: object) -> SecretPosture:
    """Give a secret to which no check has an objection, but for what is said."""
    clean = SecretPosture(
        arn=f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:prod/db-AbCdEf",
        name="prod/db",
        description="The login of the orders service.",
        tags=(("owner", "orders"), ("tier", "standard")),
        key=KEY,
        key_state=KeyState(arn=KEY, status=KeyStatus.ENABLED),
        rotation=_ROTATION,
        last_rotated=ago(days=10),
        next_rotation=NOW + timedelta(days=20),
        created_at=ago(days=400),
        last_changed=ago(days=10),
        last_read=ago(days=1).date(),
        versions=_VERSIONS,
        use=SecretUse(since=ago(days=7), until=NOW, readers=(_APP,)),
        protected=PROTECTED,
    )
    return replace(clean, **other)  # type: ignore[arg-type]


def a_policy(*statements: object) -> str:
    """Give the text of a resource policy."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def an_allowance(principal: object, **more: object) -> dict[str, object]:
    """Give a statement that lets somebody read the secret."""
    action = "secretsmanager:GetSecretValue"
    return {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*", **more}


def a_use(*readers: ReaderUse, **other: object) -> SecretUse:
    """Give a week of use by some readers."""
    return replace(SecretUse(since=ago(days=7), until=NOW, readers=readers), **other)  # type: ignore[arg-type]


def a_function(**other: object) -> FunctionPosture:
    """Give a rotation function to which no check has an objection, but for what is said."""
    clean = FunctionPosture(
        arn=FUNCTION,
        name="rotate-db",
        account_id=ACCOUNT,
        region=REGION,
        rotates=("prod/db",),
        role=f"arn:aws:iam::{ACCOUNT}:role/rotate-db",
        runtime="python3.13",
        changed_at=ago(days=90),
        vpc="vpc-0a",
        variables=(Variable(name="SECRETS_MANAGER_ENDPOINT"),),
        log_group=_LOG_GROUP,
    )
    return replace(clean, **other)  # type: ignore[arg-type]


def a_log_group(**other: object) -> FunctionPosture:
    """Give a rotation function whose log group differs."""
    return a_function(log_group=replace(_LOG_GROUP, **other))  # type: ignore[arg-type]


def a_trail(**other: object) -> TrailPosture:
    """Give a trail to which no check has an objection, but for what is said."""
    clean = TrailPosture(
        arn=f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/all",
        name="all",
        is_logging=True,
        is_multi_region=True,
        losses=(),
        key=KEY,
        validates_files=True,
    )
    return replace(clean, **other)  # type: ignore[arg-type]


def a_rule(**other: object) -> RulePosture:
    """Give the rule for reads, as its stack made it, but for what is said."""
    clean = RulePosture(name="nightlatch-ReadsRule", state=WATCHES_ALL, wanted=WATCHES_ALL, targets=1)
    return replace(clean, **other)  # type: ignore[arg-type]


def an_alarm(**other: object) -> AlarmPosture:
    """Give an alarm that would tell, but for what is said."""
    return replace(AlarmPosture(name="nightlatch-ChangesErrors", state="OK", is_telling=True), **other)  # type: ignore[arg-type]


def an_account(**other: object) -> AccountPosture:
    """Give an account to which no check has an objection, but for what is said."""
    clean = AccountPosture(
        account_id=ACCOUNT,
        region=REGION,
        secrets=12,
        trails=(a_trail(),),
        rules=(a_rule(),),
        alarms=(an_alarm(),),
        endpoints=(EndpointPosture(vpc="vpc-0a", endpoint="vpce-0a", has_private_dns=True, functions=("rotate-db",)),),
        grants=(),
        restore_proven_at=ago(days=3),
    )
    return replace(clean, **other)  # type: ignore[arg-type]
