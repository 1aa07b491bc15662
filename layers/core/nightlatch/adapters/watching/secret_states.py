"""After this module a reader knows how the list of secrets is asked for what changed last, a hundred secrets a call.

Source: botocore 1.44 service model of Secrets Manager: ListSecrets (SortBy last-changed-date, IncludePlannedDeletion,
NextToken), SecretListEntry; design facts 6.4 (a hundred calls a second, of which this asks five).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from nightlatch.adapters.aws_errors import looking
from nightlatch.domain.errors import NotFound, Refused
from nightlatch.domain.event.secrets import secret_ref
from nightlatch.domain.watching.states import ListedState
from nightlatch.service.unseen_changes import Listed

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

MOST_PAGES = 20  # two thousand secrets changed since the last look
_PAGE = 100
_PAUSE_S = 0.2


class AwsStates:
    """The port `States`.

    Args:
        client: Secrets Manager's.
        sleep: Waits so many seconds.
    """

    def __init__(self, client: SecretsManagerClient, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._client = client
        self._sleep = sleep

    def changed_after(self, moment: datetime) -> Listed:
        """List the secrets that changed after a moment, the last first, and what else stands on their pages.

        Raises:
            Refused: It may not be listed.
            Unavailable: AWS could not be asked.
        """
        states: list[ListedState] = []
        more: dict[str, str] = {}
        for _ in range(MOST_PAGES):
            page = self._page(more)
            states += map(_state, page.get("SecretList", ()))
            oldest = states[-1].changed_at if states else None
            if not page.get("NextToken") or (oldest is not None and oldest <= moment):
                return Listed(tuple(states))
            more = {"NextToken": page["NextToken"]}
            self._sleep(_PAUSE_S)
        return Listed(tuple(states), is_whole=False)

    def _page(self, more: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            with looking("secretsmanager:ListSecrets"):
                return self._client.list_secrets(
                    IncludePlannedDeletion=True, MaxResults=_PAGE, SortBy="last-changed-date", SortOrder="desc", **more
                )
        except NotFound as error:
            raise Refused(str(error)) from error


def _state(listed: Mapping[str, Any]) -> ListedState:
    return ListedState(
        secret=secret_ref(str(listed["ARN"]), account_id="", region="", by_aws=True),
        changed_at=_utc(listed.get("LastChangedDate")),
        deleted_at=_utc(listed.get("DeletedDate")),
        primary_region=listed.get("PrimaryRegion") or None,
        owning_service=listed.get("OwningService") or None,
    )


def _utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.astimezone(UTC)
