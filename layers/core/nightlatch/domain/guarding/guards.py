"""What a guard is: statements in a secret's resource policy that deny its destruction, and to whom they never apply.

Nothing else stops a force delete, for it cannot be taken back. A guard only denies, it never denies a read, and it
spares four ways out: the principals kept for emergencies, the role that nightlatch acts with, the account's root user,
and service-linked roles. So an orphaned guard can be taken away without nightlatch: whoever may create roles can make
one of the name that it spares, too.

Both keys of a deletion match only where the caller sent the parameter, so that the usual deletion, with its thirty
days, passes. Only a real account can tell that an absent key never matches there (facts 11).

Source: service authorization reference, condition keys of Secrets Manager; IAM user guide, condition operators (of a
negated one all values must differ) and aws:PrincipalArn (a role's session carries its role); design facts 5.2 and 5.3.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from nightlatch.domain.errors import Refused

Statement = Mapping[str, object]

NO_FORCE_DELETE = "NightlatchNoForceDelete"
WINDOW = "NightlatchWindow"
KEEP_REPLICAS = "NightlatchKeepReplicas"
KEEP_POLICY = "NightlatchKeepPolicy"
SIDS = (NO_FORCE_DELETE, WINDOW, KEEP_REPLICAS, KEEP_POLICY)  # every Sid that is ours, whatever a guard makes of it
SHORTEST_WINDOW, LONGEST_WINDOW = 7, 30  # days that AWS takes

DELETE = "secretsmanager:DeleteSecret"
FORCED: Mapping[str, object] = {"Bool": {"secretsmanager:ForceDeleteWithoutRecovery": "true"}}
REPLICA_CALLS = ("secretsmanager:RemoveRegionsFromReplication", "secretsmanager:StopReplicationToReplica")
POLICY_CALLS = ("secretsmanager:DeleteResourcePolicy", "secretsmanager:PutResourcePolicy")

_WHO = re.compile(
    r"arn:[\w*?-]+:iam::(?P<account>[\d*?]+):(?P<kind>role|user)/([\w+=,.@*?-]+/)*(?P<name>[\w+=,.@*?-]+)"
)
_SESSION = re.compile(r"arn:[\w-]+:sts::(?P<account>\d+):assumed-role/(?P<name>[^/]+)/.+")
_SOMEBODY = re.compile(r"[A-Za-z0-9]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """What one secret's policy shall deny."""

    account_id: str
    spared: tuple[str, ...]  # ARNs of roles and users, wildcards allowed: never denied anything (see `spared_by`)
    partition: str = "aws"
    min_window_days: int = SHORTEST_WINDOW  # shorter windows are denied; AWS itself takes none below seven days
    replicated: bool = False  # it has replicas, which go at once when their Region is removed
    keeps_policy: bool = True  # deny to change the policy itself; not where a controller owns it

    def statements(self) -> tuple[Statement, ...]:
        """Give the statements, in the order in which they are written."""
        window = {"NumericLessThan": {"secretsmanager:RecoveryWindowInDays": str(self.min_window_days)}}
        wanted: tuple[tuple[str, tuple[str, ...], Mapping[str, object], bool], ...] = (
            (NO_FORCE_DELETE, (DELETE,), FORCED, True),
            (WINDOW, (DELETE,), window, self.min_window_days > SHORTEST_WINDOW),
            (KEEP_REPLICAS, REPLICA_CALLS, {}, self.replicated),
            (KEEP_POLICY, POLICY_CALLS, {}, self.keeps_policy),
        )
        return tuple(self._denial(sid, actions, when) for sid, actions, when, is_wanted in wanted if is_wanted)

    def spares(self, arn: str) -> bool:
        """Tell whether somebody may change a policy that holds it, by the ARN that they are signed in with.

        A session's ARN lacks the path of its role, so that a name which fits counts.
        """
        session = _SESSION.fullmatch(arn)
        if session is None:
            return arn == f"arn:{self.partition}:iam::{self.account_id}:root" or any(
                fnmatchcase(arn, entry) for entry in self.spared
            )
        names = [found for entry in self.spared if (found := _WHO.fullmatch(entry)) and found["kind"] == "role"]
        return any(
            fnmatchcase(session["account"], one["account"]) and fnmatchcase(session["name"], one["name"])
            for one in names
        )

    def _denial(self, sid: str, actions: tuple[str, ...], when: Mapping[str, object]) -> Statement:
        return {
            "Sid": sid,
            "Effect": "Deny",
            "Principal": "*",
            "Action": actions[0] if len(actions) == 1 else list(actions),
            "Resource": "*",  # the secret that the policy stands on; its replicas carry the same policy
            "Condition": {**when, "ArnNotLike": {"aws:PrincipalArn": list(self._ways_out())}},
        }

    def _ways_out(self) -> tuple[str, ...]:
        account = f"arn:{self.partition}:iam::{self.account_id}"
        always = (f"{account}:root", f"{account}:role/aws-service-role/*")
        return tuple(dict.fromkeys((*sorted(self.spared), *always)))


def spared_by(break_glass: Iterable[str], own_roles: Iterable[str]) -> tuple[str, ...]:
    """Give whom a guard spares, after a look at every entry: one that is too wide makes the guard worthless.

    Raises:
        Refused: Nobody would be left to take the guard away, or an entry is no ARN of a role or user.
    """
    kept, ours = sorted(break_glass), sorted(own_roles)
    if not kept:
        raise Refused("no guard without a way out: name a role for emergencies under inventory.break_glass first")
    if not ours:
        raise Refused("no guard: the role that nightlatch acts with is not known, so the guard would shut it out")
    for entry in (*kept, *ours):
        if why := why_not_spared(entry):
            raise Refused(f"no guard: {why}")
    return tuple(dict.fromkeys((*kept, *ours)))


def is_way_out(entry: str) -> bool:
    """Tell whether a guard may spare an entry that stands in a policy: the account itself, AWS's roles, or somebody."""
    return entry.endswith((":root", ":role/aws-service-role/*")) or why_not_spared(entry) is None


def why_not_spared(entry: str) -> str | None:
    """Say why a guard cannot spare an entry; None where it can."""
    found = _WHO.fullmatch(entry)
    if found is None:
        return f'{entry} is no ARN of a role or user; write it as "arn:aws:iam::*:role/break-glass"'
    if _SOMEBODY.search(found["name"]) is None:
        return f"{entry} spares everybody; name the role"
    return None
