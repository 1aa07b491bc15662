"""Whether a call touched a staging label that ordinary work leaves alone, in words that repeat no label.

Only Secrets Manager itself places AWSPREVIOUS. A custom label serves one consumer a version that is never
current, so no audit of AWSCURRENT sees it. A label of nightlatch keeps a version from being collected, and
whoever takes it away destroys the way back; our own calls are recognised before any rule is asked.

Source: Secrets Manager user guide, whats-in-a-secret (labelled versions are kept); botocore service model,
PutSecretValue.VersionStages (takes a label from another version); design facts 1.9 and 7.4 (A13, A14).
"""

from __future__ import annotations

from datetime import timedelta

from nightlatch.domain.event.events import SecretEvent
from nightlatch.domain.event.secrets import SecretRef
from nightlatch.domain.history.sightings import succeeded
from nightlatch.domain.judging.baseline import Baseline
from nightlatch.domain.secret.versions import CURRENT, PENDING, PIN_PREFIX, PREVIOUS

_CREATION = timedelta(hours=1)


def unusual_label(event: SecretEvent, secret: SecretRef, baseline: Baseline) -> str | None:
    """Say what was done to a label other than AWSCURRENT and AWSPENDING; None when there is none.

    A secret that the same principal has just created is excepted: it has no label to steal yet.
    """
    labels = {*event.request.texts("versionStages"), *event.request.texts("versionStage")} - {CURRENT, PENDING}
    if any(label.startswith(PIN_PREFIX) for label in labels):
        return f"{_done(event)} a label of nightlatch, which keeps an older version for a rollback"
    if not labels or _is_being_created(event, secret, baseline):
        return None
    if PREVIOUS in labels:
        return f"{_done(event)} AWSPREVIOUS, which only Secrets Manager places in ordinary work"
    if event.called("PutSecretValue") and CURRENT not in event.request.texts("versionStages"):
        return "wrote a version that is not current and bears a custom label: only who asks for the label gets it"
    return f"{_done(event)} a custom label"


def _done(event: SecretEvent) -> str:
    if event.called("PutSecretValue"):
        return "gave a new version"
    if event.version_id is None:
        return "took away"
    return "moved" if event.request.has("removeFromVersionId") else "added"


def _is_being_created(event: SecretEvent, secret: SecretRef, baseline: Baseline) -> bool:
    made = baseline.creations.about(secret).only(succeeded).between(event.at - _CREATION, event.at)
    return any(creation.principal == event.principal.key for creation in made)
