"""What is planted for each check: something that breaks it, and a twin that comes close and does not.

The policies of the stage refuse nobody but where they deny; so each is written as somebody would write it for AWS.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from nightlatch.domain.account.tiers import TAG
from nightlatch.local.scenes.planted.accounts import PlantedAccount
from nightlatch.local.scenes.planted.functions import PlantedFunction
from nightlatch.local.scenes.planted.ground import policy
from nightlatch.local.scenes.planted.secrets import Key, PlantedSecret, Rotation

ACCOUNT, STRANGER = "111122223333", "999988887777"
APPROVED_REGION, OTHER_REGION = "eu-central-1", "us-west-2"
_KEY_FORM = "AKIA" + "IOSFODNN7EXAMPLE"  # AWS's own example, put together here: no scanner takes it for a leak
_READ = {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}
_APP = f"arn:aws:iam::{ACCOUNT}:role/app"
_ENDPOINT = "vpce-0123456789abcdef0"
_CROWN = ((TAG, "crown"), ("owner", "orders"))
_BUT_APP = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "secretsmanager:GetSecretValue",
    "Resource": "*",
    "Condition": {"ArnNotEquals": {"aws:PrincipalArn": _APP}},
}


def _letting(principal: object, **more: object) -> PlantedSecret:
    return PlantedSecret(policy=policy({**_READ, "Principal": principal, **more}))


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretPlot:
    """A secret that breaks a check, and its twin."""

    breaks: PlantedSecret
    twin: PlantedSecret = field(default_factory=PlantedSecret)
    named: str = ""  # a further part of the name of the one that breaks it
    also: tuple[str, ...] = ()  # checks that cannot but be broken with it


SECRETS: Mapping[str, SecretPlot] = {
    "text.credential": SecretPlot(
        breaks=PlantedSecret(description=f"key {_KEY_FORM} of the old account"),
        twin=PlantedSecret(description="password: rotated monthly"),
    ),
    "text.credential-in-name": SecretPlot(breaks=PlantedSecret(), named=_KEY_FORM),
    "text.hint": SecretPlot(
        breaks=PlantedSecret(description="password hint: the first dog"),
        twin=PlantedSecret(description="password hint: none"),
    ),
    "rotation.never-succeeded": SecretPlot(
        breaks=PlantedSecret(rotation=Rotation.NEVER, set_up_days=35),
        twin=PlantedSecret(rotation=Rotation.NEVER, set_up_days=25),
    ),
    "rotation.off": SecretPlot(breaks=PlantedSecret(rotation=Rotation.OFF)),
    "rotation.overdue": SecretPlot(breaks=PlantedSecret(value_days=33), twin=PlantedSecret(value_days=29)),
    "rotation.pending-left": SecretPlot(
        breaks=PlantedSecret(pending_days=3),
        twin=PlantedSecret(pending_days=0),
    ),
    "rotation.too-slow": SecretPlot(breaks=PlantedSecret(rotation_days=90)),
    "rotation.value-too-old": SecretPlot(
        breaks=PlantedSecret(made_days=100, value_days=100, rotation=Rotation.NEVER, set_up_days=0),
        twin=PlantedSecret(made_days=100, value_days=80, rotation=Rotation.NEVER, set_up_days=0),
    ),
    "monitoring.deletion-pending": SecretPlot(breaks=PlantedSecret(is_deleted=True)),
    "monitoring.unused": SecretPlot(
        breaks=PlantedSecret(made_days=100, read_days=None),
        twin=PlantedSecret(made_days=80, read_days=None),
    ),
    "key.by-aws": SecretPlot(breaks=PlantedSecret(key=Key.BY_AWS)),
    "key.unapproved": SecretPlot(breaks=PlantedSecret(key=Key.UNAPPROVED)),
    "key.unusable": SecretPlot(breaks=PlantedSecret(key=Key.DISABLED)),
    "key.waits-for-deletion": SecretPlot(breaks=PlantedSecret(key=Key.WAITS)),
    "policy.anyone-in-place": SecretPlot(
        breaks=_letting("*", Condition={"StringEquals": {"aws:SourceVpce": _ENDPOINT}}),
        twin=_letting("*", Condition={"StringEquals": {"aws:SourceVpce": _ENDPOINT, "aws:PrincipalAccount": ACCOUNT}}),
    ),
    "policy.foreign-account": SecretPlot(
        breaks=_letting({"AWS": f"arn:aws:iam::{STRANGER}:root"}),
        twin=_letting({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}),
    ),
    "policy.leaves-it-to-iam": SecretPlot(
        breaks=PlantedSecret(tags=_CROWN),
        twin=PlantedSecret(tags=_CROWN, policy=policy(_BUT_APP)),
    ),
    "policy.not-principal": SecretPlot(
        breaks=PlantedSecret(policy=policy({**_READ, "NotPrincipal": {"AWS": _APP}})),
        twin=_letting({"AWS": _APP}),
        also=("policy.public",),
    ),
    "policy.public": SecretPlot(
        breaks=_letting("*"),
        twin=_letting("*", Condition={"StringEquals": {"aws:PrincipalAccount": ACCOUNT}}),
    ),
    "replicas.failed": SecretPlot(
        breaks=PlantedSecret(replica=APPROVED_REGION, replica_fails=True),
        twin=PlantedSecret(replica=APPROVED_REGION),
    ),
    "replicas.unapproved": SecretPlot(
        breaks=PlantedSecret(replica=OTHER_REGION), twin=PlantedSecret(replica=APPROVED_REGION)
    ),
    "tags.no-owner": SecretPlot(breaks=PlantedSecret(tags=(("cost-center", "7"),))),
    "tags.none": SecretPlot(breaks=PlantedSecret(tags=())),
    "versions.labels-full": SecretPlot(breaks=PlantedSecret(labels=15), twin=PlantedSecret(labels=12)),
    "versions.many": SecretPlot(breaks=PlantedSecret(unlabelled=54), twin=PlantedSecret(unlabelled=20)),
}

_LINE = f'{{"SecretString": "{_KEY_FORM}"}}'
_VARIABLE = "DB_PASSWORD"


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionPlot:
    """A function that breaks a check, and its twin."""

    breaks: PlantedFunction
    twin: PlantedFunction = field(default_factory=PlantedFunction)


FUNCTIONS: Mapping[str, FunctionPlot] = {
    "logging.debug": FunctionPlot(
        breaks=PlantedFunction(variables={"LOG_LEVEL": "DEBUG"}), twin=PlantedFunction(variables={"LOG_LEVEL": "INFO"})
    ),
    "logging.forwarded": FunctionPlot(breaks=PlantedFunction(is_forwarded=True)),
    "logging.kept-long": FunctionPlot(
        breaks=PlantedFunction(retention_days=None), twin=PlantedFunction(retention_days=90)
    ),
    "logging.leaks": FunctionPlot(
        breaks=PlantedFunction(line=_LINE), twin=PlantedFunction(line="finishSecret: done for its ARN and version")
    ),
    "logging.no-customer-key": FunctionPlot(breaks=PlantedFunction(has_key=False)),
    "vpc.rotation-outside": FunctionPlot(breaks=PlantedFunction(is_in_vpc=False)),
    "rotation.function-gone": FunctionPlot(breaks=PlantedFunction(is_gone=True)),
    "lambda.credential-by-name": FunctionPlot(
        breaks=PlantedFunction(variables={_VARIABLE: "correct-Horse-7!"}, rotates=False),
        twin=PlantedFunction(variables={_VARIABLE: "prod/orders/db"}, rotates=False),
    ),
    "lambda.credential-in-variable": FunctionPlot(
        breaks=PlantedFunction(variables={"SETTINGS": f"key={_KEY_FORM}"}, rotates=False),
        twin=PlantedFunction(variables={"SETTINGS": "key=none"}, rotates=False),
    ),
}

_GOOD = PlantedAccount()


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPlot:
    """An account that breaks a check; the good account is the twin of all."""

    breaks: PlantedAccount
    also: tuple[str, ...] = ()


ACCOUNTS: Mapping[str, AccountPlot] = {
    "monitoring.no-trail": AccountPlot(breaks=replace(_GOOD, is_logging=False)),
    "monitoring.one-region": AccountPlot(breaks=replace(_GOOD, is_multi_region=False)),
    "monitoring.reads-unrecorded": AccountPlot(
        breaks=replace(_GOOD, keeps="WriteOnly"), also=("monitoring.one-region", "monitoring.kms-unrecorded")
    ),
    "monitoring.kms-unrecorded": AccountPlot(breaks=replace(_GOOD, leaves_out_kms=True)),
    "monitoring.trail-not-encrypted": AccountPlot(breaks=replace(_GOOD, is_encrypted=False)),
    "monitoring.trail-not-validated": AccountPlot(breaks=replace(_GOOD, is_validated=False)),
    "monitoring.rule-state": AccountPlot(breaks=replace(_GOOD, rule_state="ENABLED")),
    "monitoring.rule-untargeted": AccountPlot(breaks=replace(_GOOD, has_target=False)),
    "monitoring.alarm-silent": AccountPlot(breaks=replace(_GOOD, alarm_tells=False)),
    "monitoring.restore-unproven": AccountPlot(breaks=replace(_GOOD, proven_days=30)),
    "vpc.no-endpoint": AccountPlot(breaks=replace(_GOOD, endpoint=None)),
    "vpc.no-private-dns": AccountPlot(breaks=replace(_GOOD, has_private_dns=False)),
    "vpc.open-endpoint": AccountPlot(breaks=replace(_GOOD, endpoint="open")),
    "grants.wide": AccountPlot(breaks=replace(_GOOD, grants="wide")),
}
