"""An audit without a nightlatch counts in trail files: the same numbers, however a secret is called in them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from nightlatch.adapters.counting.counted_files import CountedFiles
from nightlatch.adapters.counting.uses import CountedUses
from nightlatch.domain.event.secrets import secret_ref
from nightlatch.domain.posture.unseen import NOT_COUNTED

BEGAN = datetime(2026, 3, 2, 9, tzinfo=UTC)
DB = secret_ref(
    "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db-AbCdEf", account_id="", region="", by_aws=True
)
API = secret_ref(
    "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/api-AbCdEf", account_id="", region="", by_aws=True
)
_BASE = json.loads((Path(__file__).parents[2] / "records" / "parse_get_secret_value.json").read_text("utf-8"))


def record(number: int, secret: str, at: datetime) -> dict[str, object]:
    event_id = f"00000000-0000-4000-8000-{number:012d}"
    return {
        **_BASE, "eventID": event_id, "eventTime": f"{at:%Y-%m-%dT%H:%M:%SZ}", "requestParameters": {"secretId": secret}
    }  # fmt: skip


def put(path: Path, records: list[dict[str, object]]) -> None:
    path.write_text(json.dumps({"Records": records}), "utf-8")


def test_reads_by_name_and_arn_are_counted_over_the_files_of_a_folder(tmp_path):
    names = ["prod/db", DB.text, DB.text[:-7]]
    for number, name in enumerate(names):
        put(tmp_path / f"{number}.json", [record(number, name, BEGAN + timedelta(hours=number))])
    found = CountedUses(CountedFiles([tmp_path])).of([DB, API])

    assert isinstance(found, dict)
    [reader] = found[DB].readers
    assert (reader.reads, reader.hours) == (3, 3)
    assert found[API].readers == ()
    assert (found[DB].since, found[DB].until) == (BEGAN, BEGAN + timedelta(hours=2))


def test_files_that_show_nothing_of_secrets_are_a_gap(tmp_path):
    put(tmp_path / "other.json", [{**_BASE, "eventSource": "s3.amazonaws.com", "eventName": "GetObject"}])

    assert CountedUses(CountedFiles([tmp_path])).of([DB]) == NOT_COUNTED
