"""Which nightlatch a verb talks to: the stage of this machine, or a deployed stack with your own AWS credentials."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import boto3
from botocore.config import Config
from botocore.exceptions import EndpointConnectionError

from nightlatch.config import load_settings
from nightlatch.domain.errors import NotFound
from nightlatch.reach.connection import Connection
from nightlatch.reach.signing_in import signing_in

_PEOPLE = ("ana", "ben")  # the approvers of the local stage: who one is there, and who the other is
USUAL_STACK = "nightlatch"
_START = "start one in another terminal with: nightlatch up"
_OUTPUTS = {
    "ResponderRoleArn": "NIGHTLATCH_ACTING_ROLE",
    "OwnRoleArns": "NIGHTLATCH_OWN_ROLES",
    "StateTableName": "NIGHTLATCH_STATE_TABLE",
    "IncidentTableName": "NIGHTLATCH_INCIDENT_TABLE",
    "ResponseTableName": "NIGHTLATCH_RESPONSE_TABLE",
    "SnapshotTableName": "NIGHTLATCH_SNAPSHOT_TABLE",
    "AuditorName": "NIGHTLATCH_AUDITOR_FUNCTION",
    "Vault": "NIGHTLATCH_VAULT",
    "KeeperQueueUrl": "NIGHTLATCH_KEEPER_QUEUE_URL",
    "AlertsQueueUrl": "NIGHTLATCH_ALERTS_QUEUE_URL",
    "ResponsesQueueUrl": "NIGHTLATCH_RESPONSES_QUEUE_URL",
    "PolicyParameter": "NIGHTLATCH_POLICY_PARAMETER",
    "KillSwitchParameter": "NIGHTLATCH_KILL_SWITCH_PARAMETER",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """What the command line said about where to go."""

    local: bool = False
    stack: str = USUAL_STACK
    profile: str | None = None
    region: str | None = None

    @property
    def options(self) -> str:
        """The same, to be written behind a command."""
        return self._with(self.profile)

    @property
    def options_of_another(self) -> str:
        """What somebody else has to write: their profile is not ours; on the stage it is the other person."""
        return self._with(next(name for name in _PEOPLE if name != self.person) if self.local else None)

    @property
    def person(self) -> str:
        """Who one is on the local stage."""
        return self.profile or _PEOPLE[0]

    def _with(self, profile: str | None) -> str:
        stack = f" --stack {self.stack}" if self.stack != USUAL_STACK else ""
        place = " --local" if self.local else stack
        named = (("profile", profile), ("region", None if self.local else self.region))
        return place + "".join(f" --{name} {value}" for name, value in named if value)


def connect(where: Where) -> Connection:
    """Find the nightlatch that the command line means.

    Raises:
        NotFound: No stage runs here, or there is no such stack.
        Unavailable: AWS could not be asked; credentials are missing or expired.
    """
    return _to_stage(where.person) if where.local else _to_stack(where)


def stage_note() -> Path:
    """Where a running stage says how to reach it; one per user of this machine."""
    place = os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()
    return Path(place) / f"nightlatch-stage-{os.getuid()}" / "stage.json"


def _to_stage(person: str) -> Connection:
    try:
        note = json.loads(stage_note().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise NotFound(f"no local stage runs here; {_START}") from None
    region = note["environment"]["AWS_DEFAULT_REGION"]
    root = boto3.session.Session(aws_access_key_id="stage", aws_secret_access_key="stage", region_name=region)  # noqa: S106 - any key is root on the stage
    with signing_in():
        sts = root.client("sts", endpoint_url=note["endpoint"], config=Config(retries={"total_max_attempts": 1}))
        try:
            keys = sts.assume_role(RoleArn=note["operator_role"], RoleSessionName=person)["Credentials"]
        except EndpointConnectionError:
            raise NotFound(f"no local stage runs here any more; {_START}") from None
    session = boto3.session.Session(
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
        region_name=region,
    )
    return Connection(session, note["endpoint"], load_settings(note["environment"]))


def _to_stack(where: Where) -> Connection:
    with signing_in():
        session = boto3.session.Session(profile_name=where.profile, region_name=where.region)
        client = session.client("cloudformation", config=Config(connect_timeout=3, read_timeout=15))
        stacks = client.describe_stacks(StackName=where.stack)["Stacks"]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stacks[0].get("Outputs", [])}
    return Connection(session, None, load_settings({**_environment(outputs), "NIGHTLATCH_STACK": stacks[0]["StackId"]}))


def _environment(outputs: Mapping[str, str]) -> dict[str, str]:
    return {variable: outputs[output] for output, variable in _OUTPUTS.items() if output in outputs}
