"""The stage with nightlatch deployed, the company in it and Slack beside it: all that `up` and `demo` need."""

from __future__ import annotations

import json
import secrets as entropy
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from nightlatch.adapters.history.baselines import TrailBaselines
from nightlatch.adapters.history.trails_dynamodb import DynamoTrails
from nightlatch.adapters.history.waits_dynamodb import DynamoWaits
from nightlatch.adapters.table import Table
from nightlatch.domain.account.inventory import Inventory
from nightlatch.local.aws.moto_server import ACCOUNT_ID
from nightlatch.local.aws.sessions import stage_session
from nightlatch.local.channels.app import PREFIX as CHANNELS
from nightlatch.local.channels.app import Keys, channels_app
from nightlatch.local.channels.inbox import Inbox
from nightlatch.local.scenes.company import SSO_ROLE, Company, found_company, policy_document, role_arn, sign_in
from nightlatch.local.scenes.past import ordinary_life
from nightlatch.local.slack.app import PREFIX, slack_app
from nightlatch.local.slack.workspace import Workspace
from nightlatch.local.stage import Stage, StageSettings

REGION = "eu-west-1"
INTERACTIONS_PATH = "/slack/actions"
OF_ITS_FUNCTIONS = "nightlatch.wiring"  # what each of them begins with


@dataclass(frozen=True, slots=True)
class Theatre:
    """A running stage with everything in its place."""

    stage: Stage
    company: Company
    slack: Workspace
    inbox: Inbox  # what the other channels took
    _signed_in: dict[tuple[str, str], Any] = field(default_factory=dict, repr=False)

    @property
    def page(self) -> str:
        """Where the person looks."""
        return f"{self.stage.endpoint}{PREFIX}/"

    @property
    def operator_role(self) -> str:
        """The role that the person at this machine takes with `--local`."""
        return role_arn(ACCOUNT_ID, SSO_ROLE)

    def keys_of(self, role: str, session: str) -> Mapping[str, str]:
        """Give the temporary keys of somebody who took a role."""
        return sign_in(self.stage.client, ACCOUNT_ID, role, session)

    def as_role(self, role: str, session: str) -> Any:
        """Give a Secrets Manager client of somebody who took a role; they sign in once."""
        if (role, session) not in self._signed_in:
            keys = sign_in(self.stage.client, ACCOUNT_ID, role, session)
            self._signed_in[role, session] = self.stage.client("secretsmanager", keys)
        return self._signed_in[role, session]

    def variables(self, logical_id: str = "DetectorChanges") -> Mapping[str, str]:
        """Give a function's environment: the names of the stack's resources."""
        function = next(f for f in self.stage.stack.functions.values() if f.logical_id.startswith(logical_id))
        return function.environment


@contextmanager
def open_theatre(
    template: Path,
    *,
    port: int = 0,
    settings: StageSettings | None = None,
    policy: Mapping[str, Any] | None = None,
    every_channel: bool = False,
) -> Iterator[Theatre]:
    """Start the stage, found the company, deploy nightlatch and teach it the past.

    Args:
        template: The SAM template, or the one that `sam build` made of it.
        port: On 127.0.0.1; 0 for any free one.
        settings: How the stage is watched and run; its parameters, routes and preparation are the theatre's.
        policy: Another policy document than the company's.
        every_channel: Tell incidents on every channel that there is, beside Slack and the topic.
    """
    slack = Workspace(token=entropy.token_urlsafe(16), signing_secret=entropy.token_hex(16))
    inbox, keys = Inbox(), Keys()
    companies: list[Company] = []
    parameters: dict[str, str] = {"ActionMode": "slack", "Contain": "yes"}
    variables: dict[str, str] = {}

    def prepare(endpoint: str) -> None:
        channels = keys.document(f"{endpoint}{CHANNELS}")
        company = found_company(_clients(endpoint), slack=_slack_document(slack), channels=channels)
        companies.append(company)
        parameters["SlackSecretArn"] = company.slack_secret_arn
        parameters["SlackSecretKeyArn"] = company.slack_key_arn
        if every_channel:
            parameters.update(_of_channels(company))
        parameters["VaultSecrets"] = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT_ID}:secret:prod/*"
        variables["NIGHTLATCH_SLACK_API_URL"] = f"{endpoint}{PREFIX}/api"

    app = slack_app(
        slack,
        interactions_url=lambda: f"{stage.http_address('ActionsApi')}{INTERACTIONS_PATH}",
        now=lambda: stage.clock.now().timestamp(),
    )
    given = settings or StageSettings()
    chosen = replace(
        given,
        parameters=parameters,
        region=REGION,
        port=port,
        routes={PREFIX: app, CHANNELS: channels_app(inbox, keys, now=lambda: stage.clock.now())},  # noqa: PLW0108 - the stage is made below
        variables=variables,
        prepare=prepare,
        run=replace(given.run, preloaded=(*given.run.preloaded, OF_ITS_FUNCTIONS)),
    )
    stage = Stage(template, chosen)
    with stage:
        theatre = Theatre(stage=stage, company=companies[0], slack=slack, inbox=inbox)
        _take_effect(theatre, policy or policy_document())
        # First: warming reads credentials, and a detector remembers for minutes since when there is a past.
        _teach(theatre)
        stage.warm()
        _take_stock(theatre)
        yield theatre


def _take_effect(theatre: Theatre, policy: Mapping[str, Any]) -> None:
    """Put the policy in its place before any function reads it."""
    name = theatre.variables()["NIGHTLATCH_POLICY_PARAMETER"]
    theatre.stage.client("ssm").put_parameter(Name=name, Value=json.dumps(policy), Type="String", Overwrite=True)


def _teach(theatre: Theatre) -> None:
    """Put the past into the state table."""
    now = theatre.stage.clock.now()
    state = Table(theatre.stage.client("dynamodb"), theatre.variables()["NIGHTLATCH_STATE_TABLE"])
    baselines = TrailBaselines(
        DynamoTrails(state), DynamoWaits(state), inventory=Inventory(), now=theatre.stage.clock.now
    )
    baselines.learn(ordinary_life(theatre.company, account_id=ACCOUNT_ID, region=REGION, now=now))


def _take_stock(theatre: Theatre) -> None:
    """Let the auditor take the first inventory now, which else its schedule would do within five minutes."""
    auditor = theatre.stage.stack.functions["Auditor"]
    theatre.stage.client("lambda").invoke(FunctionName=auditor.name, InvocationType="Event", Payload=b"{}")


def _of_channels(company: Company) -> Mapping[str, str]:
    """Give the template's parameters for the channels beside Slack and the topic."""
    return {
        "ChannelsSecretArn": company.channels_secret_arn,
        "ChannelsSecretKeyArn": company.slack_key_arn,
        "EventBusArn": company.bus_arn,
        "SecurityHub": "yes",
    }


def _slack_document(slack: Workspace) -> dict[str, Any]:
    return {"token": slack.token, "channel": "C01SECRETS", "signing_secret": slack.signing_secret}


def _clients(endpoint: str) -> Any:
    def client(service: str, credentials: Mapping[str, str] | None = None) -> Any:
        return stage_session(REGION, credentials).client(service, endpoint_url=endpoint)  # type: ignore[call-overload]

    return client
