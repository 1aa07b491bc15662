"""What planting a decoy asks of Secrets Manager, with the credentials of whoever plants it.

Its value is made up here and goes into the one call that takes it. Neighbours are read off the list of secrets: a
DescribeSecret of one would be a touch, should it be a decoy itself.

Source: botocore 1.44 service model: ListSecrets (SecretListEntry holds description, tags and key), DescribeSecret,
CreateSecret, RestoreSecret, DeleteSecret (RecoveryWindowInDays 7 to 30).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from nightlatch.adapters.acting.decoy_values import made_up
from nightlatch.adapters.aws_errors import on_secret
from nightlatch.domain.account.decoys import Decoy
from nightlatch.domain.errors import NotFound
from nightlatch.service.canary_ports import Neighbour, Standing

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

_MOST_PAGES = 20  # of a hundred secrets: enough to see how they are called
_PAGE = 100


class AwsNeighbours:
    """The port `Neighbours` on boto3."""

    def __init__(self, client: SecretsManagerClient) -> None:
        self._client = client

    def some(self) -> Sequence[Neighbour]:
        """Give the secrets of this account and Region, two thousand at most.

        Raises:
            Refused: A permission is missing.
            Unavailable: AWS could not be asked.
        """
        with on_secret("*", "secretsmanager:ListSecrets"):
            return [_neighbour(entry) for entry in self._pages({})]

    def named(self, name: str) -> Neighbour:
        """Give the secret of a name without touching it.

        Raises:
            NotFound: There is none.
            Refused: A permission is missing.
            Unavailable: AWS could not be asked.
        """
        with on_secret(name, "secretsmanager:ListSecrets"):
            found = self._pages({"Filters": [{"Key": "name", "Values": [name]}]})  # names that begin so
            neighbour = next((entry for entry in found if entry["Name"] == name), None)
        if neighbour is None:
            raise NotFound(f"secret {name}: there is none to look like; name one that exists with --like")
        return _neighbour(neighbour)

    def _pages(self, asked: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        more: dict[str, Any] = {}
        for _ in range(_MOST_PAGES):
            page = self._client.list_secrets(MaxResults=_PAGE, **asked, **more)
            yield from page["SecretList"]
            if not page.get("NextToken"):
                return
            more = {"NextToken": page["NextToken"]}


class AwsGround:
    """The port `Ground` on boto3."""

    def __init__(self, client: SecretsManagerClient) -> None:
        self._client = client

    def look(self, name: str) -> Standing | None:
        """Tell what stands under a name; None where nothing does.

        Raises:
            Refused: A permission is missing.
            Unavailable: AWS could not be asked.
        """
        try:
            with on_secret(name, "secretsmanager:DescribeSecret"):
                found: Mapping[str, Any] = self._client.describe_secret(SecretId=name)
        except NotFound:
            return None
        return Standing(
            arn=str(found["ARN"]),
            versions=frozenset(found.get("VersionIdsToStages", ())),
            is_leaving="DeletedDate" in found,
        )

    def create(self, decoy: Decoy, like: Neighbour | None) -> str:
        """Make a secret with a value that opens nothing; give its ARN.

        Raises:
            WorldMoved: The name is taken.
            NotYet: The name of a deleted secret is still held.
            Refused: A permission is missing, the key cannot be used, or a quota is used up.
            Unavailable: AWS could not be asked.
        """
        parameters: dict[str, Any] = creation(decoy, like)
        with on_secret(decoy.name, "secretsmanager:CreateSecret", key=like.key if like else "KEY"):
            answer = self._client.create_secret(**parameters, SecretString=made_up(decoy.kind, decoy.name))
        return str(answer["ARN"])

    def restore(self, decoy: Decoy) -> None:
        """Cancel a decoy's deletion.

        Raises:
            NotFound: AWS has deleted it.
            Refused: A permission is missing.
            Unavailable: AWS could not be asked.
        """
        with on_secret(decoy.name, "secretsmanager:RestoreSecret"):
            self._client.restore_secret(SecretId=decoy.arn)

    def delete(self, decoy: Decoy, days: int) -> datetime:
        """Schedule a decoy's deletion; give when AWS deletes it.

        Raises:
            NotFound: It is gone.
            Refused: A permission is missing, or a guard denies it.
            Unavailable: AWS could not be asked.
        """
        with on_secret(decoy.name, "secretsmanager:DeleteSecret"):
            answer = self._client.delete_secret(SecretId=decoy.arn, RecoveryWindowInDays=days)
        return answer["DeletionDate"]

    def touch(self, decoy: Decoy) -> None:
        """Call a decoy by its ARN and throw the answer away.

        Raises:
            NotFound: It is gone.
            Refused: A permission is missing; the refusal is a touch, too.
            Unavailable: AWS could not be asked.
        """
        with on_secret(decoy.name, "secretsmanager:DescribeSecret"):
            self._client.describe_secret(SecretId=decoy.arn)


def creation(decoy: Decoy, like: Neighbour | None) -> dict[str, Any]:
    """Give the parameters of the CreateSecret, all but the value: no tag and no word says what it is."""
    wanted: dict[str, Any] = {"Name": decoy.name, "ClientRequestToken": decoy.token}
    if like is not None:
        tags = [{"Key": key, "Value": value} for key, value in like.tags]
        wanted |= {"Description": like.description, "Tags": tags, "KmsKeyId": like.key}
    return {name: value for name, value in wanted.items() if value}


def _neighbour(entry: Mapping[str, Any]) -> Neighbour:
    return Neighbour(
        name=str(entry["Name"]),
        description=str(entry.get("Description", "")),
        tags=tuple((str(tag["Key"]), str(tag["Value"])) for tag in entry.get("Tags", ()) if not _is_of_aws(tag)),
        key=str(entry.get("KmsKeyId", "")),
    )


def _is_of_aws(tag: Mapping[str, Any]) -> bool:
    return str(tag["Key"]).lower().startswith("aws:")  # AWS refuses these from anybody but itself
