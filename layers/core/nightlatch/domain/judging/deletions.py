"""Whether a deletion that Secrets Manager carries out is the end of a call that is known.

The service writes StartSecretVersionDelete and EndSecretVersionDelete for every version it destroys, within
seconds of a force delete or after the window of a scheduled one. With its DeleteSecret known it is an end
that was announced; without, either a record is missing or somebody blinds the trail.

Source: Secrets Manager user guide, CloudTrail entries; design facts 3.2 (request ids `SecretDeleteMessage:...`,
`:Forced` at the end of forced ones; only those were seen in real records) and 5.1 (replicas go at once).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from nightlatch.domain.event.secrets import SecretRef, may_be_same
from nightlatch.domain.history.sightings import Sighting, succeeded
from nightlatch.domain.judging.baseline import Baseline

STARTED = "StartSecretVersionDelete"
ENDED = "EndSecretVersionDelete"
DELETION_CALLS = ("DeleteSecret", "RemoveRegionsFromReplication")
FORCED = ":Forced"  # ends the service's request id where a deletion was forced
WINDOW_ENDED = "deletion.window-ended"  # the rule that tells of it
UNEXPLAINED = "deletions-without-call"  # one subject an account: what hides one call hides its neighbours too

SAME_DELETION = timedelta(minutes=60)  # one pair of events for every version of the secret
SHORTEST_WINDOW = timedelta(days=7)
_CLOCKS_DIFFER = timedelta(minutes=1)  # the call and the service write their own times
_REPLICA_SPAN = timedelta(hours=24)  # a replica is deleted at once; a day covers a slow Region


def is_announced(secret: SecretRef, at: datetime, baseline: Baseline) -> bool:
    """Tell whether a known call accounts for the deletion of a secret at a moment (ruling 38).

    A scheduled deletion that was cancelled by RestoreSecret accounts for nothing any more.
    """
    latest = at + _CLOCKS_DIFFER
    if _last_call(secret, at, baseline) is not None:
        return True
    removals = baseline.on_secret.named("RemoveRegionsFromReplication").only(succeeded)
    near = removals.between(at - _REPLICA_SPAN, latest)
    # Of its own primary, which stands first, a removal explains nothing.
    return any(may_be_same(secret, replica) for call in near for replica in call.secrets[1:])


def run_out(secret: SecretRef, at: datetime, baseline: Baseline) -> Sighting | None:
    """Give the call that scheduled what ends at a moment; None where it is not known, or was made just before.

    A force delete and the deletion of a replica end within seconds of their call, a window after seven days at least.
    """
    call = _last_call(secret, at, baseline)
    return call if call is not None and call.at <= at - SHORTEST_WINDOW + _CLOCKS_DIFFER else None


def _last_call(secret: SecretRef, at: datetime, baseline: Baseline) -> Sighting | None:
    """Give the last known deletion up to a moment that was not taken back."""
    calls = baseline.done_to(secret, "DeleteSecret", "RestoreSecret").only(succeeded).upto(at + _CLOCKS_DIFFER)
    return calls[-1] if calls and calls[-1].name == "DeleteSecret" else None
