"""How the parameters and answers of a call look in a CloudTrail record, told by the model of the service.

Only members that the model knows are told, and never one that it marks as sensitive, nor a blob: CloudTrail
leaves secret text out entirely instead of masking it. So a value cannot slip in through a member that nobody
thought of.

Source: botocore service models (trait `sensitive`); real PutSecretValue, CreateSecret and Lambda records
(facts 3.3).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from botocore.model import Shape

_ABSENT = object()

TOO_LARGE = 100 * 1024  # bytes; beyond it CloudTrail omits the field (facts 3.6)


def told(shape: Shape | None, value: object) -> dict[str, Any] | None:
    """Write a structure as CloudTrail does, or null where nothing is left to tell."""
    if shape is None:
        return None
    written = _write(shape, value)
    return written if isinstance(written, dict) and written else None


def lower_first(name: str) -> str:
    """Write a member's name as CloudTrail does: SecretId becomes secretId, and ARN becomes aRN."""
    return name[:1].lower() + name[1:]


def written_date(value: datetime) -> str:
    """Write a time as CloudTrail's Java does: `Jul 10, 2023, 12:07:59 PM`, without a zone."""
    at = value.astimezone(UTC)
    return f"{at:%b} {at.day}, {at.year}, {at.hour % 12 or 12}:{at:%M:%S %p}"


def _write(shape: Any, value: Any) -> Any:
    if value is None or shape.metadata.get("sensitive") or shape.type_name == "blob":
        return _ABSENT
    match shape.type_name:
        case "structure":
            members = {name: _write(shape.members[name], item) for name, item in value.items() if name in shape.members}
            return {lower_first(name): item for name, item in members.items() if item is not _ABSENT}
        case "list":
            return [item for item in (_write(shape.member, each) for each in value) if item is not _ABSENT]
        case "map":
            entries = {str(key): _write(shape.value, item) for key, item in value.items()}
            return {key: item for key, item in entries.items() if item is not _ABSENT}
        case "timestamp":
            return written_date(_as_time(value))
        case _:
            return value


def _as_time(value: datetime | float | str) -> datetime:
    match value:
        case datetime():
            return value if value.tzinfo else value.replace(tzinfo=UTC)
        case str():
            return datetime.fromisoformat(value)
        case _:
            return datetime.fromtimestamp(value, UTC)
