"""Which writes took a value away that consumers had: those that make a version current on a secret that had one.

Source: Secrets Manager API reference, CreateSecret and PutSecretValue (VersionStages; AWSCURRENT where none is named).
"""

from __future__ import annotations

from datetime import timedelta

from nightlatch.domain.event.events import LABEL_UPDATED, SecretEvent
from nightlatch.domain.event.secrets import SecretRef, may_be_same
from nightlatch.domain.history.sightings import Sighting, succeeded
from nightlatch.domain.history.trail import Trail
from nightlatch.domain.judging.baseline import Baseline
from nightlatch.domain.judging.label_history import makes_current
from nightlatch.domain.secret.versions import CURRENT

SETTING_UP = timedelta(hours=1)  # so long after its creation a secret may be waiting for its first value
WRITES = ("PutSecretValue", "UpdateSecret")


def overwrites(trail: Trail) -> Trail:
    """Keep what a principal wrote over: no first value of a secret, by who created it or by another."""
    made: dict[str, list[Sighting]] = {}
    for creation in trail.named("CreateSecret").only(succeeded):
        for key in {key for secret in creation.secrets for key in secret.keys}:
            made.setdefault(key, []).append(creation)
    filled: set[str] = set()
    kept = []
    for write in trail.named(*WRITES).only(_is_overwrite):
        its_creation = _creation_of(write, made)
        if its_creation is not None and its_creation.event_id not in filled:
            filled.add(its_creation.event_id)
        elif not write.fills:
            kept.append(write)
    return Trail.of(kept)


def is_maker(event: SecretEvent, secret: SecretRef, baseline: Baseline) -> bool:
    """Tell whether the caller created the secret, however long ago that is remembered."""
    made = baseline.creations.about(secret).only(succeeded).upto(event.at)
    return any(creation.principal == event.principal.key for creation in made)


def is_first_value(event: SecretEvent, secret: SecretRef, baseline: Baseline) -> bool:
    """Tell whether a write fills a young secret that is not shown to have had a value."""
    made = baseline.creations.about(secret).only(succeeded).between(event.at - SETTING_UP, event.at)
    if not made:
        return False
    since = baseline.on_secret.about(secret).between(made[-1].at, event.at)
    return not any(_had_value(other, event) for other in since.named(*WRITES, LABEL_UPDATED))


def is_unheard_of(event: SecretEvent, secret: SecretRef, baseline: Baseline) -> bool:
    """Tell whether nothing else is known of a secret: it may be so young that its creation has not arrived."""
    if baseline.readers or baseline.creations.about(secret):
        return False
    others = baseline.on_secret.about(secret).upto(event.at)
    return all(other.event_id == event.event_id or other.version_id == event.version_id for other in others)


def _is_overwrite(write: Sighting) -> bool:
    return makes_current(write) and bool(write.secrets) and not write.own


def _creation_of(write: Sighting, made: dict[str, list[Sighting]]) -> Sighting | None:
    """Give the last creation before a write of what may be the same secret."""
    near = {c.event_id: c for secret in write.secrets for key in secret.keys for c in made.get(key, ())}
    fitting = [
        creation
        for creation in near.values()
        if creation.at <= write.at and any(may_be_same(w, c) for w in write.secrets for c in creation.secrets)
    ]
    return max(fitting, key=lambda creation: (creation.at, creation.event_id), default=None)


def _had_value(other: Sighting, event: SecretEvent) -> bool:
    if other.version_id == event.version_id:
        return False  # the write itself, or what is told of it
    return CURRENT in other.labels if other.name == LABEL_UPDATED else makes_current(other)
