"""The list of secrets is asked for what changed last, and no further back than it must be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from nightlatch.adapters.watching.secret_states import MOST_PAGES, AwsStates
from nightlatch.domain.errors import Refused, Unavailable
from nightlatch.domain.history.examples import AT
from worlds import a_client, on_moto

ARN = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/{}-AbCdEf"
MINUTE = timedelta(minutes=1)


class Listing:
    """Secrets Manager as its reference tells: what changed last comes first, a hundred to a page."""

    def __init__(self, *changed_at: datetime, error: ClientError | None = None) -> None:
        self._changed_at = sorted(changed_at, reverse=True)
        self._error = error
        self.asked: list[dict[str, Any]] = []

    def list_secrets(self, **asked: Any) -> dict[str, Any]:
        """Give a page."""
        self.asked.append(asked)
        if self._error is not None:
            raise self._error
        start = int(asked.get("NextToken", 0))
        some = self._changed_at[start : start + 100]
        more = {"NextToken": str(start + 100)} if start + 100 < len(self._changed_at) else {}
        listed = [{"ARN": ARN.format(start + n), "LastChangedDate": at} for n, at in enumerate(some)]
        return {"SecretList": listed, **more}


def states(client: Any) -> AwsStates:
    return AwsStates(client, sleep=lambda _seconds: None)


def test_one_call_shows_what_changed_last_however_many_secrets_there_are() -> None:
    client = Listing(*(AT - number * MINUTE for number in range(5_000)))

    listed = states(client).changed_after(AT - 30 * MINUTE)

    assert [{**asked} for asked in client.asked] == [
        {"IncludePlannedDeletion": True, "MaxResults": 100, "SortBy": "last-changed-date", "SortOrder": "desc"}
    ]
    assert [one.changed_at for one in listed.states[:2]] == [AT, AT - MINUTE]
    assert listed.is_whole


def test_pages_are_asked_for_until_what_changed_before() -> None:
    client = Listing(*(AT - number * MINUTE for number in range(5_000)))

    listed = states(client).changed_after(AT - 250 * MINUTE)

    assert (len(client.asked), len(listed.states), listed.is_whole) == (3, 300, True)


def test_more_changes_than_are_listed_are_said() -> None:
    client = Listing(*[AT] * (100 * MOST_PAGES + 1))

    listed = states(client).changed_after(AT - MINUTE)

    assert (len(client.asked), listed.is_whole) == (MOST_PAGES, False)


def test_no_secret_at_all_is_an_answer() -> None:
    assert states(Listing()).changed_after(AT).states == ()


@pytest.mark.parametrize(
    ("code", "raised"),
    [
        ("AccessDeniedException", Refused),
        ("ThrottlingException", Unavailable),
        ("ResourceNotFoundException", Refused),
    ],
)
def test_who_may_not_ask_and_who_may_not_ask_now_are_told_apart(code: str, raised: type[Exception]) -> None:
    error = ClientError({"Error": {"Code": code, "Message": "no"}}, "ListSecrets")

    with pytest.raises(raised):
        states(Listing(error=error)).changed_after(AT)


def test_what_the_list_says_of_a_secret_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    with on_moto(monkeypatch):
        client = a_client("secretsmanager")
        arn = client.create_secret(Name="prod/db", SecretString="not-a-real-value")["ARN"]
        client.update_secret(SecretId=arn, Description="another")
        client.delete_secret(SecretId=arn, RecoveryWindowInDays=7)

        (state,) = states(client).changed_after(datetime.now(UTC) - timedelta(hours=1)).states

    assert (state.secret.text, state.secret.name) == (arn, "prod/db")
    assert state.changed_at is not None
    assert datetime.now(UTC) - state.changed_at < timedelta(minutes=5)
    assert state.deleted_at is not None
