"""Whether a call wrote a new value, where its own record does not say so.

PutSecretValue always does. UpdateSecret may have changed the description or the key alone: a version id in its answer
shows a new value, and so does the native event of AWSCURRENT on a version that no other call made.

Source: Secrets Manager API reference, UpdateSecret (ClientRequestToken becomes the version id); user guide, Secret
Label Updated; trap 20. That CloudTrail records the version id of an UpdateSecret's answer only a real account can tell.
"""

from __future__ import annotations

from datetime import timedelta

from nightlatch.domain.event.calls import MAKE_VERSIONS
from nightlatch.domain.event.events import LABEL_UPDATED, SecretEvent
from nightlatch.domain.history.sightings import succeeded
from nightlatch.domain.judging.baseline import LATENESS, Baseline
from nightlatch.domain.secret.versions import CURRENT

_CLOCKS_DIFFER = timedelta(minutes=1)  # the native event and the call write their own times
_WRITES = (*MAKE_VERSIONS, "UpdateSecretVersionStage")


def wrote_value(event: SecretEvent, baseline: Baseline) -> bool:
    """Tell whether a write made a version, by its own record or by a native event after it."""
    if event.called("PutSecretValue") or event.version_id is not None:
        return True
    if event.secret is None:
        return False
    first, last = event.at - _CLOCKS_DIFFER, event.at + LATENESS
    labels = baseline.done_to(event.secret, LABEL_UPDATED).between(first, last)
    current = {label.version_id for label in labels if CURRENT in label.labels and label.version_id}
    token = event.request.text("clientRequestToken")
    if token is not None:
        return token in current
    writes = baseline.done_to(event.secret, *_WRITES).only(succeeded).between(first - LATENESS, last)
    return bool(current - {write.version_id for write in writes})


def own_versions(event: SecretEvent, baseline: Baseline) -> tuple[str, ...]:
    """Give the versions that the principal had made of the secret in the day before: no way back may end at them."""
    if event.secret is None:
        return ()
    made = baseline.by_principal.about(event.secret).named("PutSecretValue", "UpdateSecret").only(succeeded)
    before = (write.version_id for write in made.before(event.at) if write.version_id is not None)
    return tuple(sorted(set(before) - {event.version_id}))
