"""The rules that no single record decides, and why: Sigma rules judge one record, these need those around it."""

from __future__ import annotations

from collections.abc import Mapping

_COUNTS = "it counts over a window, by secrets that are new to the principal"
_BEFORE = "it compares with what the secret was before"

NEEDS_HISTORY: Mapping[str, str] = {
    "access.bulk-read": _COUNTS,
    "access.first-read": "it asks whether the principal has ever read the secret",
    "access.old-version": "it asks which version was current at that moment",
    "access.denied-probing": "it counts refusals, and waits for one that is answered later",
    "access.metadata-enumeration": _COUNTS,
    "access.list-then-read": "it joins a listing with the reads after it",
    "access.many-regions": "it counts Regions over a window",
    "access.used-elsewhere": "it compares with where the credential was used before",
    "access.unusual-context": "it compares with the habits of the principal",
    "deletion.mass-deletion": "it counts over a window",
    "deletion.read-then-deleted": "it joins a read with the deletion after it",
    "deletion.gone-without-call": "it looks for a deletion call that is missing",
    "deletion.name-reused": "it asks what bore the name before",
    "deletion.window-ended": "it joins the end of a deletion with the call that scheduled it",
    "change.unexpected-writer": "it asks whether the principal has ever written the secret",
    "change.many-overwritten": _COUNTS,
    "change.version-flooding": "it counts over a window",
    "change.current-moved": "it asks which version was current, and whether a rotation was under way",
    "policy.foreign-account": "it compares the accounts that a policy names with ours, and with the policy before",
    "policy.deny-lost": _BEFORE,
    "rotation.failing": "it counts failures in a row",
    "rotation.function-swapped": _BEFORE,
    "monitor.blind": "it looks for records that are missing",
    "monitor.contested": "it joins what nightlatch did with what undid it",
}
