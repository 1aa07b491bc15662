"""What neither the stage nor moto can hold, by name and with the reason; what AWS would answer stands in its place.

Everything here is said by a test in AWS's place, and on the stage it is not planted at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from nightlatch.domain.posture.secrets import Protected
from nightlatch.domain.posture.use import ReaderUse, SecretUse, TypedWrite
from nightlatch.local.scenes.planted.ground import Ground
from nightlatch.local.scenes.planted.plots import STRANGER

COUNTED = "nobody counts reads on a stage that has just begun; what would have been counted is given"
OWN_TABLES = "it stands in nightlatch's own tables, which only a deployed one fills; what they would hold is given"
_FOREIGN_KEY = f"arn:aws:kms:eu-west-1:{STRANGER}:key/2c7a0c0e-0000-4000-8000-00000000000b"
_FOREIGN_FUNCTION = f"arn:aws:lambda:eu-west-1:{STRANGER}:function:rotate-db"
_FOREIGN_COPY = f"arn:aws:secretsmanager:eu-west-1:{STRANGER}:secret:copy-AbCdEf"
_WEEK = timedelta(days=7)
_APP = "role/app"


@dataclass(frozen=True, slots=True, kw_only=True)
class Beyond:
    """What is given in AWS's place for a secret that breaks a check; its twin is left to AWS."""

    why: str
    listed: Mapping[str, Any] = field(default_factory=dict)  # in its entry of ListSecrets
    described: Mapping[str, Any] = field(default_factory=dict)  # by DescribeSecret
    policy: str | None = None  # what GetResourcePolicy gives
    reader: ReaderUse | None = None
    twin_reader: ReaderUse | None = None  # that comes close
    typed_days: float | None = None  # since a person wrote its value
    protected: Protected | None = None
    twin_protected: Protected | None = None
    also: tuple[str, ...] = ()  # checks that cannot but be broken with it


def tidy_use(
    ground: Ground, *, reader: ReaderUse | None = None, typed_days: float | None = None, is_read: bool = True
) -> SecretUse:
    """Give a week of use by one caller; by one that caches where none is named."""
    app = reader or ReaderUse(principal=_APP, reads=24, busiest_hour=2, hours=12, through_endpoint=24, is_caching=True)
    typed = () if typed_days is None else (_typed(ground, typed_days),)
    return SecretUse(since=ground.now - _WEEK, until=ground.now, readers=(app,) if is_read else (), typed=typed)


def _typed(ground: Ground, days: float) -> TypedWrite:
    return TypedWrite(principal="user/ana", tool="aws-cli", at=ground.now - timedelta(days=days))


def tidy_protection(ground: Ground) -> Protected:
    """Give the protection of a secret that was looked at an hour ago."""
    return Protected(is_guarded=False, wants_guard=False, metadata_kept_at=ground.now - timedelta(hours=1))


def beyond(ground: Ground) -> Mapping[str, Beyond]:
    """Give it by check, for secrets."""
    return {**_counted(), **_kept(ground), **_ELSEWHERE}


def _counted() -> Mapping[str, Beyond]:
    """Give what records would have shown."""
    few = ReaderUse(principal=_APP, reads=9, through_endpoint=9)
    polls = replace(few, reads=1_680, through_endpoint=1_680, busiest_hour=60, hours=28, with_5min_cache=336)
    return {
        "caching.polling": Beyond(why=COUNTED, reader=polls, twin_reader=replace(polls, busiest_hour=12)),
        "retries.throttled": Beyond(why=COUNTED, reader=replace(few, throttled=2)),
        "retries.no-backoff": Beyond(
            why=COUNTED, reader=replace(few, throttled=40, hasty=38), also=("retries.throttled",)
        ),
        "vpc.public-reads": Beyond(why=COUNTED, reader=replace(few, through_endpoint=5, from_public=4)),
        "command-line.typed-values": Beyond(why=COUNTED, typed_days=10),
    }


def _kept(ground: Ground) -> Mapping[str, Beyond]:
    """Give what nightlatch's own tables would hold."""
    kept = tidy_protection(ground)
    lately = ground.now - timedelta(days=9)
    wanted = replace(kept, wants_copies=True)
    proven = replace(wanted, copied_at=lately, proven_at=lately)
    return {
        "monitoring.snapshot-old": Beyond(why=OWN_TABLES, protected=replace(kept, metadata_kept_at=None)),
        "monitoring.copy-missing": Beyond(why=OWN_TABLES, protected=wanted, twin_protected=proven),
        "monitoring.copy-unproven": Beyond(
            why=OWN_TABLES, protected=replace(proven, proven_at=None), twin_protected=proven
        ),
        "monitoring.unguarded": Beyond(why=OWN_TABLES, protected=replace(kept, wants_guard=True)),
    }


_ELSEWHERE: Mapping[str, Beyond] = {
    "key.foreign": Beyond(
        why="the stage has one account, so that no key is another's", listed={"KmsKeyId": _FOREIGN_KEY}
    ),
    "rotation.foreign-function": Beyond(
        why="the stage has one account, so that no function is another's",
        listed={"RotationLambdaARN": _FOREIGN_FUNCTION},
    ),
    "replicas.foreign-account": Beyond(
        why="the stage has one account, so that no copy is in another's",
        described={"CrossAccountReplicas": [{"ReplicaSecretARN": _FOREIGN_COPY, "ReplicationStatus": "InSync"}]},
    ),
    "policy.unreadable": Beyond(why="AWS takes no such policy any more, and the stage neither", policy="{no json"),
}

_MACHINE = "the Lambda of the stage lives by the machine's clock, so that every function was changed at the same moment"
_UNMASKED = "the Logs of the stage know no data protection, so that nothing masks any group"
OF_FUNCTIONS: Mapping[str, str] = {"logging.code-changed": _MACHINE, "logging.no-data-protection": _UNMASKED}
# moto's Lambda gives it whatever subnet a function is in, so that no endpoint is where functions are.
VPC_OF_FUNCTIONS = "vpc-123abc"
OF_ACCOUNTS: Mapping[str, str] = {"grants.by-aws": "the IAM of the stage has none of the policies that AWS keeps"}
