"""Which nightlatch a verb talks to: the stage of this machine, or a deployed stack with your own AWS credentials."""

from __future__ import annotations

import json
import os
import secrets as entropy
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from nightlatch.adapters.acting.enquiries import AuditorEnquiries
from nightlatch.adapters.acting.hand import AwsHand
from nightlatch.adapters.acting.identities import AwsIdentities
from nightlatch.adapters.acting.keys import AwsKeys
from nightlatch.adapters.acting.sight import AwsSight
from nightlatch.adapters.clock import clock
from nightlatch.adapters.history.trails_dynamodb import DynamoTrails
from nightlatch.adapters.incidents import DynamoIncidents
from nightlatch.adapters.ledger.deeds import DynamoDeeds
from nightlatch.adapters.ledger.offers import DynamoOffers
from nightlatch.adapters.ledger.responses import DynamoLedger
from nightlatch.adapters.parameter_store import Parameter, SsmKillSwitch
from nightlatch.adapters.queues import SqsDispatch
from nightlatch.adapters.records.identities import Setting, principal_of
from nightlatch.adapters.secrets_manager import AwsSecrets
from nightlatch.adapters.snapshots.copies_dynamodb import DynamoCopies, DynamoProofs
from nightlatch.adapters.snapshots.descriptions import AwsDescriptions
from nightlatch.adapters.snapshots.metadata_dynamodb import DynamoSnapshots
from nightlatch.adapters.snapshots.requests import SqsDrills
from nightlatch.adapters.table import Table
from nightlatch.config import Settings, load_settings
from nightlatch.domain.errors import NotFound, Unavailable
from nightlatch.domain.parameters import Parameters
from nightlatch.domain.policy import Policy
from nightlatch.domain.principals import Principal
from nightlatch.domain.secrets import SecretRef, secret_ref
from nightlatch.policy_file import parse_stored_policy
from nightlatch.service.act_ports import RespondPorts
from nightlatch.service.wish import WishPorts

_SESSION_NAME = "ana"  # who the person at this machine is on the local stage
_OUTPUTS = {
    "ResponderRoleArn": "NIGHTLATCH_ACTING_ROLE",
    "StateTableName": "NIGHTLATCH_STATE_TABLE",
    "IncidentTableName": "NIGHTLATCH_INCIDENT_TABLE",
    "ResponseTableName": "NIGHTLATCH_RESPONSE_TABLE",
    "SnapshotTableName": "NIGHTLATCH_SNAPSHOT_TABLE",
    "AuditorName": "NIGHTLATCH_AUDITOR_FUNCTION",
    "Vault": "NIGHTLATCH_VAULT",
    "AlertsQueueUrl": "NIGHTLATCH_ALERTS_QUEUE_URL",
    "ResponsesQueueUrl": "NIGHTLATCH_RESPONSES_QUEUE_URL",
    "PolicyParameter": "NIGHTLATCH_POLICY_PARAMETER",
    "KillSwitchParameter": "NIGHTLATCH_KILL_SWITCH_PARAMETER",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """What the command line said about where to go."""

    local: bool = False
    stack: str = "nightlatch"
    profile: str | None = None
    region: str | None = None

    @property
    def options(self) -> str:
        """The same, to be written behind a command."""
        if self.local:
            return " --local"
        stack = f" --stack {self.stack}" if self.stack != "nightlatch" else ""
        named = (("profile", self.profile), ("region", self.region))
        return stack + "".join(f" --{name} {value}" for name, value in named if value)


class Connection:
    """The adapters of one verb, with the caller's own credentials."""

    def __init__(self, session: boto3.session.Session, endpoint: str | None, settings: Settings) -> None:
        self._session = session
        self._endpoint = endpoint
        self.settings = settings
        self._clock = clock(settings.clock)

    def now(self) -> datetime:
        """Give the time: the stage's own on the stage."""
        return self._clock()

    def client(self, service: str) -> Any:
        """Make a client of a service."""
        config = Config(connect_timeout=3, read_timeout=15, retries={"mode": "standard"}, user_agent_extra="nightlatch")
        make: Any = self._session.client
        return make(service, endpoint_url=self._endpoint, config=config)

    @property
    def ledger(self) -> DynamoLedger:
        """The responses of this nightlatch."""
        return DynamoLedger(self._table(self.settings.response_table), now=self.now)

    def wishes(self) -> WishPorts:
        """Give where a wish is written down."""
        responses = self._table(self.settings.response_table)
        return WishPorts(
            ledger=self.ledger,
            offers=DynamoOffers(responses, now=self.now),
            incidents=DynamoIncidents(self._table(self.settings.incident_table), now=self.now),
            mint=partial(entropy.token_urlsafe, 24),
        )

    def responding(self) -> RespondPorts:
        """Give what acting needs, with the caller's own rights."""
        responses = self._table(self.settings.response_table)
        return RespondPorts(
            ledger=self.ledger,
            deeds=DynamoDeeds(responses, now=self.now),
            offers=DynamoOffers(responses, now=self.now),
            sight=self.sight,
            hand=AwsHand(clients=self.client, copies=self.copies),
            dispatch=self.dispatch,
            kill_switch=self.kill_switch,
            enquiries=AuditorEnquiries(self.client("lambda"), self.settings.auditor_function),
            mint=partial(entropy.token_urlsafe, 24),
            pause=time.sleep,
        )

    @property
    def sight(self) -> AwsSight:
        """What acts look at, with the caller's own rights."""
        return AwsSight(
            secrets=self.secrets,
            descriptions=AwsDescriptions(self.client("secretsmanager")),
            snapshots=self.snapshots,
            copies=self.copies,
            identities=self.identities,
            keys=AwsKeys(self.client("kms")),
            states=self.snapshots,
        )

    @property
    def identities(self) -> AwsIdentities:
        """IAM with the caller's own rights."""
        return AwsIdentities(self.client("iam"))

    @property
    def snapshots(self) -> DynamoSnapshots:
        """What the metadata of secrets were."""
        return DynamoSnapshots(self._table(self.settings.snapshot_table))

    @property
    def copies(self) -> DynamoCopies:
        """What is known of the vault's copies."""
        return DynamoCopies(self._table(self.settings.snapshot_table), now=self.now)

    @property
    def proofs(self) -> DynamoProofs:
        """What the restore drills found."""
        return DynamoProofs(self._table(self.settings.snapshot_table))

    @property
    def drills(self) -> SqsDrills:
        """The way to have copies opened."""
        return SqsDrills(self.client("sqs"), self.settings.responses_queue_url)

    @property
    def trails(self) -> DynamoTrails:
        """The history of this nightlatch."""
        return DynamoTrails(self.state)

    @property
    def state(self) -> Table:
        """The table of history and inventory."""
        return self._table(self.settings.state_table)

    @property
    def dispatch(self) -> SqsDispatch:
        """The queues of this nightlatch."""
        urls = self.settings
        return SqsDispatch(self.client("sqs"), alerts_url=urls.alerts_queue_url, responses_url=urls.responses_queue_url)

    @property
    def secrets(self) -> AwsSecrets:
        """Secrets Manager with the caller's own rights."""
        return AwsSecrets(self.client("secretsmanager"), self.client("kms"))

    @property
    def kill_switch(self) -> SsmKillSwitch:
        """The brake."""
        return SsmKillSwitch(Parameter(self.client("ssm"), self.settings.kill_switch_parameter, kept_s=0))

    def policy(self) -> Policy:
        """Give the policy in force.

        Raises:
            InvalidPolicy: The stored document is wrong.
            Unavailable: It could not be read.
        """
        text = Parameter(self.client("ssm"), self.settings.policy_parameter).read().text
        where = f"parameter {self.settings.policy_parameter}"
        return parse_stored_policy(text, where=where).to_domain(acting_role=self.settings.acting_role)

    def caller(self) -> Principal:
        """Tell who the credentials belong to.

        Raises:
            Unavailable: There are none, or they are not valid.
        """
        with _signing_in():
            identity = self.client("sts").get_caller_identity()
        fields = {"arn": identity["Arn"], "accountId": identity["Account"]}
        setting = Setting(
            recipient=identity["Account"], service="sts.amazonaws.com", by_service=False, from_console=None
        )
        return principal_of(Parameters(fields), setting)

    def secret(self, text: str) -> SecretRef:
        """Refer to a secret as the caller names it, in the caller's account and Region."""
        account = self.caller().account_id or ""
        return secret_ref(text, account_id=account, region=str(self._session.region_name))

    def _table(self, name: str) -> Table:
        return Table(self.client("dynamodb"), name)


def connect(where: Where) -> Connection:
    """Find the nightlatch that the command line means.

    Raises:
        NotFound: No stage runs here, or there is no such stack.
        Unavailable: AWS could not be asked; credentials are missing or expired.
    """
    return _to_stage() if where.local else _to_stack(where)


def stage_note() -> Path:
    """Where a running stage says how to reach it; one per user of this machine."""
    place = os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()
    return Path(place) / f"nightlatch-stage-{os.getuid()}" / "stage.json"


def _to_stage() -> Connection:
    try:
        note = json.loads(stage_note().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise NotFound("no local stage runs here; start one in another terminal with: nightlatch up") from None
    region = note["environment"]["AWS_DEFAULT_REGION"]
    root = boto3.session.Session(aws_access_key_id="stage", aws_secret_access_key="stage", region_name=region)  # noqa: S106 - any key is root on the stage
    with _signing_in():
        sts = root.client("sts", endpoint_url=note["endpoint"], config=Config(retries={"total_max_attempts": 1}))
        keys = sts.assume_role(RoleArn=note["operator_role"], RoleSessionName=_SESSION_NAME)["Credentials"]
    session = boto3.session.Session(
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
        region_name=region,
    )
    return Connection(session, note["endpoint"], load_settings(note["environment"]))


def _to_stack(where: Where) -> Connection:
    with _signing_in():
        session = boto3.session.Session(profile_name=where.profile, region_name=where.region)
        client = session.client("cloudformation", config=Config(connect_timeout=3, read_timeout=15))
        stacks = client.describe_stacks(StackName=where.stack)["Stacks"]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stacks[0].get("Outputs", [])}
    return Connection(session, None, load_settings({**_environment(outputs), "NIGHTLATCH_STACK": stacks[0]["StackId"]}))


def _environment(outputs: Mapping[str, str]) -> dict[str, str]:
    return {variable: outputs[output] for output, variable in _OUTPUTS.items() if output in outputs}


class _signing_in:  # noqa: N801 - reads as a sentence: with _signing_in()
    """Turn the many ways of not getting in into one line with the next step."""

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        """Translate what AWS or its SDK said."""
        if isinstance(error, ClientError):
            code = error.response.get("Error", {}).get("Code", "")
            if code == "ValidationError":
                raise NotFound("there is no such stack here; name it with --stack, and its Region with --region")
            raise Unavailable(
                f"AWS did not accept the call ({code}); check your credentials: aws sts get-caller-identity"
            )
        if isinstance(error, BotoCoreError):
            raise Unavailable(f"AWS could not be asked ({error}); sign in first, or name --profile and --region")
