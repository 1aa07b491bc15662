"""How a function hears and sends heartbeats, and looks at its own paths."""

from __future__ import annotations

import secrets as entropy
from collections.abc import Iterable
from datetime import datetime
from functools import partial

from nightlatch.adapters.aws_clients import Clients
from nightlatch.adapters.clock import Clock
from nightlatch.adapters.history.waits_dynamodb import DynamoWaits
from nightlatch.adapters.table import Table
from nightlatch.adapters.watching.aws_paths import AwsPaths, Ours
from nightlatch.adapters.watching.beats_dynamodb import DynamoBeats
from nightlatch.adapters.watching.event_history import AwsEventHistory, SqsLane
from nightlatch.adapters.watching.heart_call import HeartCall
from nightlatch.adapters.watching.judged_dynamodb import DynamoJudged
from nightlatch.adapters.watching.secret_states import AwsStates
from nightlatch.config import Settings
from nightlatch.detections import CATALOGUE
from nightlatch.domain.event.events import KMS, NIGHTLATCH, EventName, SecretEvent
from nightlatch.domain.watching.beats import Heart
from nightlatch.domain.watching.paths import Expected
from nightlatch.service.beat import BeatPorts, Beats, Hearing
from nightlatch.service.ports import OwnActions
from nightlatch.service.reconcile import ReconcilePorts
from nightlatch.service.unseen_changes import ComparePorts

_OPTIONAL = EventName(source=KMS, name="Decrypt")  # watched only where the operator asks for it (WatchKeyUse)


def heart_of(settings: Settings) -> Heart:
    """Give whose reads of which secret are heartbeats; nobody's where the function is told of none."""
    return Heart(secret=settings.heartbeat_secret, role=settings.heartbeat_role)


class WatchWorld:
    """The adapters by which nightlatch watches itself, made from the names that the environment gives."""

    def __init__(self, settings: Settings, aws: Clients) -> None:
        self._settings = settings
        self._aws = aws
        self._table = Table(aws.of("dynamodb"), settings.state_table)
        self._heart = heart_of(settings)
        self._beats = DynamoBeats(self._table)

    @property
    def heard(self) -> Hearing | None:
        """What the detector needs of the heart; None where the function is told of none."""
        if not self._heart.secret:
            return None
        return Hearing(heart=self._heart, beats=self._beats, postpone=DynamoWaits(self._table).keep)

    def own(self, acts: OwnActions) -> OwnActions:
        """Know heartbeats for our own, beside our acts."""
        return OwnBeats(acts, heart=self._heart, beats=self._beats) if self._heart.secret else acts

    def beating(self) -> BeatPorts:
        """Give what the heartbeat function needs."""
        region = self._heart.place.region
        ours = Ours(rules=tuple(sorted(self._settings.rules)), topic=self._settings.topic_arn, region=region)
        return BeatPorts(
            heart=self._heart,
            beats=self._beats,
            call=HeartCall(self._settings.heartbeat_secret),
            look=AwsPaths(self._aws.of, ours),
            standings=self._beats,
            postpone=DynamoWaits(self._table).keep,
            mint=partial(entropy.token_urlsafe, 18),
        )

    def reconciling(self, now: Clock) -> ReconcilePorts:
        """Give what finding missed changes needs."""
        pause_s = self._settings.lookup_pause_s
        return ReconcilePorts(
            history=AwsEventHistory(self._aws.of("cloudtrail"), pause_s=pause_s),
            judged=DynamoJudged(self._table),
            lane=SqsLane(self._aws.of("sqs"), self._settings.changes_queue_url),
            now=now,
        )

    def comparing(self) -> ComparePorts:
        """Give what holding secrets' states against what was judged needs."""
        return ComparePorts(
            place=self._heart.place,
            states=AwsStates(self._aws.of("secretsmanager")),
            seen=DynamoJudged(self._table),
            postpone=DynamoWaits(self._table).keep,
        )

    def note_judged(self, events: Iterable[SecretEvent], now: datetime) -> None:
        """Remember which changes were judged, for whoever compares them with the event history."""
        changes = [event for event in events if not event.read_only]
        if self._heart.secret and changes:
            DynamoJudged(self._table).note(changes, now)

    def expected(self) -> Expected:
        """Say which events must reach which lanes: every one that a rule of the catalogue reads."""
        wanted = {name for rule in CATALOGUE for name in rule.event_names if name.source != NIGHTLATCH} - {_OPTIONAL}
        return Expected(events=frozenset(wanted), lanes=self._settings.lanes)


class OwnBeats:
    """The port `OwnActions`: heartbeats beside all else that is ours.

    Whoever has the role and reads the secret without a nonce of ours is judged like anybody.
    """

    def __init__(self, acts: OwnActions, *, heart: Heart, beats: Beats) -> None:
        self._acts = acts
        self._heart = heart
        self._beats = beats

    def is_own(self, event: SecretEvent) -> bool:
        """Tell whether an event shows an act of ours, or a heartbeat; raises Unavailable."""
        nonce = self._heart.nonce_in(event)
        return (nonce is not None and self._beats.is_sent(nonce)) or self._acts.is_own(event)
