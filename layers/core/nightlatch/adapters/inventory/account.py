"""The account as AWS lists it: secrets without their values, the keys and functions that they need, our own stack.

Five calls a second at most, a tenth of the smallest quota of Secrets Manager. Of a function's configuration only its
role is read: the answer carries its variables too, and they are nobody's business here.

Source: botocore 1.44 service models: ListSecrets (SecretListEntry), DescribeSecret (ReplicationStatus), KMS
DescribeKey, Lambda GetFunctionConfiguration, CloudFormation ListStackResources; ruling 23; facts 6.4 (quotas).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from nightlatch.adapters.aws_errors import asking, code_of, looking
from nightlatch.domain.account.holding import Holding, routing_tags
from nightlatch.domain.account.own_parts import part_arn
from nightlatch.domain.account.tiers import tagged_tier
from nightlatch.domain.answering.keeping import Listed
from nightlatch.domain.errors import Refused, WorldMoved
from nightlatch.domain.secret.versions import CURRENT, PIN_PREFIX
from nightlatch.service.stock_ports import Page

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_secretsmanager import SecretsManagerClient

SECONDS_BETWEEN_CALLS = 0.2
_PAGE = 100
_MOST_PAGES_OF_STACK = 20  # a stack holds 500 resources at most


class Pace:
    """Lets calls through no faster than they may come."""

    def __init__(
        self,
        seconds: float = SECONDS_BETWEEN_CALLS,
        *,
        tick: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._seconds = seconds
        self._tick = tick
        self._pause = pause
        self._next = 0.0

    def keep(self) -> None:
        """Wait until the next call may be made."""
        wait = self._next - self._tick()
        if wait > 0:
            self._pause(wait)
        self._next = max(self._tick(), self._next) + self._seconds


class AwsAccount:
    """The port `Account` on boto3, for one account and Region.

    Args:
        secrets: Secrets Manager.
        kms: For aliases.
        functions: Lambda.
        stacks: CloudFormation; boto3-stubs for it are not among our tools.
        stack: The ARN of nightlatch's own stack.
        pace: How fast calls may follow each other.
    """

    def __init__(  # noqa: PLR0913 - four services, each by its own client
        self,
        secrets: SecretsManagerClient,
        kms: KMSClient,
        functions: LambdaClient,
        stacks: Any,
        *,
        stack: str,
        pace: Pace | None = None,
    ) -> None:
        self._secrets = secrets
        self._kms = kms
        self._functions = functions
        self._stacks = stacks
        self._stack = stack
        self._pace = pace or Pace()

    def secrets(self, token: str | None) -> Page:
        """List up to a hundred secrets, those that wait to be deleted too.

        Raises:
            WorldMoved: The list can no longer be gone on with from there.
            Unavailable: AWS could not be asked.
        """
        place: Any = {"NextToken": token} if token else {}
        self._pace.keep()
        with asking("the list of secrets"), _outdated_tokens():
            answer: Mapping[str, Any] = self._secrets.list_secrets(
                IncludePlannedDeletion=True, MaxResults=_PAGE, **place
            )
        found: tuple[Mapping[str, Any], ...] = tuple(answer.get("SecretList", ()))
        return Page(
            secrets=tuple(map(_holding, found)),
            token=answer.get("NextToken") or None,
            listed=tuple(_listed(one) for one in found if not one.get("DeletedDate")),
        )

    def replica_regions(self, arn: str) -> tuple[str, ...]:
        """Say in which Regions a primary has replicas, those included that could not be brought up to date.

        Raises:
            NotFound: It is gone.
            Refused: A permission is missing.
            Unavailable: AWS could not be asked.
        """
        self._pace.keep()
        with looking("secretsmanager:DescribeSecret"):
            answer: Mapping[str, Any] = self._secrets.describe_secret(SecretId=arn)
        return tuple(sorted(str(one["Region"]) for one in answer.get("ReplicationStatus", ()) if "Region" in one))

    def key_behind(self, alias: str) -> str:
        """Give the ARN of the key that an alias points to.

        Raises:
            NotFound: There is no such alias.
            Refused: A permission is missing, as for another account's key.
            Unavailable: AWS could not be asked.
        """
        self._pace.keep()
        with looking("kms:DescribeKey"):
            return str(self._kms.describe_key(KeyId=alias)["KeyMetadata"]["Arn"])

    def role_of(self, function: str) -> str:
        """Give the role that a function runs with.

        Raises:
            NotFound: There is no such function.
            Refused: A permission is missing, or it lies in another Region.
            Unavailable: AWS could not be asked.
        """
        here = self._functions.meta.region_name
        if function.split(":")[3:4] != [here]:
            raise Refused(f"it lies in another Region than {here}; only its name is known")
        self._pace.keep()
        with looking("lambda:GetFunctionConfiguration"):
            return str(self._functions.get_function_configuration(FunctionName=function)["Role"])

    def own_parts(self) -> tuple[str, ...]:
        """Name everything that our stack is made of, and the stack.

        Raises:
            NotFound: There is no such stack.
            Refused: A permission is missing.
            Unavailable: AWS could not be asked.
        """
        return tuple(dict.fromkeys((self._stack, *self._resources())))

    def _resources(self) -> Iterator[str]:
        more: dict[str, str] = {}
        for _ in range(_MOST_PAGES_OF_STACK):
            self._pace.keep()
            with looking("cloudformation:ListStackResources"):
                page = self._stacks.list_stack_resources(StackName=self._stack, **more)
            for one in page.get("StackResourceSummaries", ()):
                if one.get("PhysicalResourceId"):
                    yield part_arn(one["ResourceType"], one["PhysicalResourceId"], stack=self._stack)
            if not page.get("NextToken"):
                return
            more = {"NextToken": page["NextToken"]}


def _holding(listed: Mapping[str, Any]) -> Holding:
    tags = {str(tag.get("Key")): str(tag.get("Value", "")) for tag in listed.get("Tags", ())}
    return Holding(
        arn=str(listed["ARN"]),
        tier=tagged_tier(tags),
        tags=routing_tags(tags),
        key=listed.get("KmsKeyId") or None,
        rotated_by=listed.get("RotationLambdaARN") or listed.get("ExternalSecretRotationRoleArn") or None,
        primary_region=listed.get("PrimaryRegion") or None,
        owning_service=listed.get("OwningService") or None,
        next_rotation=_utc(listed.get("NextRotationDate")),
        rotation_window_h=_hours(listed.get("RotationRules", {}).get("Duration")),
        deleted_at=_utc(listed.get("DeletedDate")),
        created_at=_utc(listed.get("CreatedDate")),
    )


def _listed(one: Mapping[str, Any]) -> Listed:
    labels: Mapping[str, list[str]] = one.get("SecretVersionsToStages", {})
    current = next((version_id for version_id, borne in labels.items() if CURRENT in borne), None)
    return Listed(
        arn=str(one["ARN"]),
        changed_at=_utc(one.get("LastChangedDate")),
        current=current,
        is_pinned=any(label.startswith(PIN_PREFIX) for label in labels.get(current or "", ())),
        may_be_copied=_holding(one).rotates_by_itself,
    )


def _hours(duration: str | None) -> int | None:
    """Read how long a rotation may take to begin, such as `3h`."""
    hours = (duration or "").removesuffix("h")
    return int(hours) if hours.isdecimal() else None


def _utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.astimezone(UTC)


@contextmanager
def _outdated_tokens() -> Iterator[None]:
    """Tell a place in the list that AWS has forgotten from a list that cannot be asked for."""
    try:
        yield
    except ClientError as error:
        if code_of(error) == "InvalidNextTokenException":
            raise WorldMoved("AWS no longer knows this place in its list; begin anew") from error
        raise
