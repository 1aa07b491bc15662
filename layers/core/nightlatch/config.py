"""What a function is told by its environment, checked once at cold start."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from nightlatch.domain.errors import InvalidPolicy


def _comma_list(value: object) -> object:
    return frozenset(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


class Settings(BaseModel):
    """Names of the stack's resources; a function is given only those it may use."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    state_table: str = Field("", alias="NIGHTLATCH_STATE_TABLE")
    incident_table: str = Field("", alias="NIGHTLATCH_INCIDENT_TABLE")
    response_table: str = Field("", alias="NIGHTLATCH_RESPONSE_TABLE")
    snapshot_table: str = Field("", alias="NIGHTLATCH_SNAPSHOT_TABLE")
    vault: Literal["yes", "no"] = Field("no", alias="NIGHTLATCH_VAULT")  # whether the stack was given one
    vault_bucket: str = Field("", alias="NIGHTLATCH_VAULT_BUCKET")
    vault_key: str = Field("", alias="NIGHTLATCH_VAULT_KEY")
    fingerprint_key: str = Field("", alias="NIGHTLATCH_FINGERPRINT_KEY")
    keeper_queue_url: str = Field("", alias="NIGHTLATCH_KEEPER_QUEUE_URL")
    alerts_queue_url: str = Field("", alias="NIGHTLATCH_ALERTS_QUEUE_URL")
    responses_queue_url: str = Field("", alias="NIGHTLATCH_RESPONSES_QUEUE_URL")
    topic_arn: str = Field("", alias="NIGHTLATCH_TOPIC_ARN")
    policy_parameter: str = Field("", alias="NIGHTLATCH_POLICY_PARAMETER")
    kill_switch_parameter: str = Field("", alias="NIGHTLATCH_KILL_SWITCH_PARAMETER")
    slack_secret_id: str = Field("", alias="NIGHTLATCH_SLACK_SECRET_ID")
    slack_api_url: str = Field("https://slack.com/api", alias="NIGHTLATCH_SLACK_API_URL")
    channels_secret_id: str = Field("", alias="NIGHTLATCH_CHANNELS_SECRET_ID")
    event_bus: str = Field("", alias="NIGHTLATCH_EVENT_BUS")  # ARN; empty for none
    security_hub: str = Field("", alias="NIGHTLATCH_SECURITY_HUB")  # ARN of our product in it; empty for none
    action_mode: Literal["slack", "cli", "off"] = Field("off", alias="NIGHTLATCH_ACTION_MODE")
    auditor_function: str = Field("", alias="NIGHTLATCH_AUDITOR_FUNCTION")
    contain: Literal["yes", "no"] = Field("no", alias="NIGHTLATCH_CONTAIN")  # whether the stack may write to IAM
    own_roles: Annotated[frozenset[str], BeforeValidator(_comma_list)] = Field(
        frozenset(), alias="NIGHTLATCH_OWN_ROLES"
    )
    acting_role: str = Field("", alias="NIGHTLATCH_ACTING_ROLE")  # the responder's, which guards spare
    auditor_roles: Annotated[frozenset[str], BeforeValidator(_comma_list)] = Field(
        frozenset(), alias="NIGHTLATCH_AUDITOR_ROLES"
    )
    heartbeat_secret: str = Field("", alias="NIGHTLATCH_HEARTBEAT_SECRET")  # ARN; empty where nothing beats
    heartbeat_role: str = Field("", alias="NIGHTLATCH_HEARTBEAT_ROLE")
    changes_queue_url: str = Field("", alias="NIGHTLATCH_CHANGES_QUEUE_URL")
    lookup_pause_s: float = Field(1.0, ge=0, alias="NIGHTLATCH_LOOKUP_PAUSE_S")  # between two requests for old events
    stack: str = Field("", alias="NIGHTLATCH_STACK")  # ARN of the stack that this is
    clock: str = Field("", alias="NIGHTLATCH_CLOCK")  # the local stage's clock file; empty in AWS


def load_settings(environ: Mapping[str, str]) -> Settings:
    """Read the settings out of an environment.

    Raises:
        InvalidPolicy: A variable holds something that is not allowed.
    """
    try:
        return Settings.model_validate({key: value for key, value in environ.items() if key.startswith("NIGHTLATCH_")})
    except ValidationError as error:
        places = ", ".join(str(detail["loc"][0]) for detail in error.errors())
        raise InvalidPolicy(f"environment: not allowed in {places}; see docs/configuration.md") from None
