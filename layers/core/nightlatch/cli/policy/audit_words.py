"""What each key of a policy about audits means, as an editor shows it."""

from __future__ import annotations

from collections.abc import Mapping

AUDIT: Mapping[str, Mapping[str, str]] = {
    "AuditPart": {
        "daily": "Whether an audit comes each day; with false one comes when somebody asks.",
        "hour": "The hour at which it begins, UTC.",
        "limits": "Where a posture begins to be a finding.",
        "mutes": "What is found and not told, each with an owner, a reason and an end.",
    },
    "MutePart": {
        "checks": "Ids of checks, in which * and ? stand for any characters.",
        "names": "Names of secrets or functions, or `account *`, with * and ?.",
        "owner": "Who answers for this entry.",
        "reason": "Why it may stand.",
        "expires": "Until when; afterwards it is told again, and that the mute has expired.",
    },
    "AuditLimitsPart": {
        "rotation_days": "The longest schedule of rotation.",
        "value_days": "The oldest value that a secret may have.",
        "unused_days": "After so many days without a read nobody seems to need a secret.",
        "reads_per_hour": "Reads of one secret by one caller; a cache of five minutes makes 12.",
        "log_days": "How long lines of a rotation function may be kept.",
        "settled_days": "For so long a change of a rotation function's code is news.",
        "snapshot_hours": "How old the last snapshot of a secret may be that has changed since.",
        "proof_days": "How long ago a restore may have been proven; the drill runs each week.",
        "pending_hours": "How long a rotation may leave a pending version behind.",
        "versions": "Versions of a secret without a label.",
        "labels": "Labels on the versions of a secret; AWS allows 20.",
    },
}
