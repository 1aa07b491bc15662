"""How staging labels move: pure functions over a map from label to the version that bears it.

A label belongs to one version, a version may bear many. Written as a map, the rules of AWS are short, and a
change is checked whole before anything is touched; moto changes half of it first and refuses afterwards.

Source: Secrets Manager user guide (2026), whats-in-a-secret; botocore 1.43 service model,
UpdateSecretVersionStage (facts 6.1).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

CURRENT = "AWSCURRENT"
PREVIOUS = "AWSPREVIOUS"
PENDING = "AWSPENDING"
SERVICE_LABELS = frozenset({CURRENT, PREVIOUS, PENDING})

LABEL_LIMIT = (
    20  # per secret, over all versions; whether the service's own labels count is not written anywhere, so they do [I]
)

# `Secret Label Updated` is sent for every other label.
_UNANNOUNCED = frozenset({PREVIOUS, PENDING})

Versions = Mapping[str, dict[str, Any]]


def read_labels(versions: Versions) -> dict[str, str]:
    """Read which version bears which label."""
    return {label: version_id for version_id, version in versions.items() for label in version["version_stages"]}


def write_labels(versions: Versions, labels: Mapping[str, str]) -> None:
    """Give every version exactly the labels of the map."""
    for version_id, version in versions.items():
        version["version_stages"] = [label for label, bearer in labels.items() if bearer == version_id]


def after_put(labels: Mapping[str, str], version_id: str, stages: Iterable[str]) -> dict[str, str]:
    """Say who bears which label once a version was written with these stages."""
    wanted = tuple(stages)
    moved = {**labels, **dict.fromkeys(wanted, version_id)}
    return _current_left(moved, labels.get(CURRENT), version_id) if CURRENT in wanted else moved


def after_move(labels: Mapping[str, str], label: str, move_to: str | None) -> dict[str, str]:
    """Say who bears which label once one label was moved, or taken away when it moves nowhere."""
    if move_to is None:
        return {other: bearer for other, bearer in labels.items() if other != label}
    moved = {**labels, label: move_to}
    return _current_left(moved, labels.get(CURRENT), move_to) if label == CURRENT else moved


def announced(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """List the (label, version) moves for which AWS sends `Secret Label Updated`.

    A label that is only taken away names no version, so nothing is sent for it [I].
    """
    return tuple(
        (label, bearer) for label, bearer in after.items() if label not in _UNANNOUNCED and before.get(label) != bearer
    )


def _current_left(moved: dict[str, str], left: str | None, reached: str) -> dict[str, str]:
    """Let AWSPREVIOUS follow AWSCURRENT, and drop AWSPENDING from the version that became current."""
    if left is not None and left != reached:
        moved[PREVIOUS] = left
    if moved.get(PENDING) == reached:
        del moved[PENDING]
    return moved
