"""One principal wrote new values over many secrets: every consumer is locked out at once, or served what was planted.

It is the ransom that deletes nothing. Three secrets within half an hour are enough for a writer that is not known to
write them, twenty for anybody. What a rotation stages (AWSPENDING alone) overwrites nothing, and whoever fills the
secret that it has just created does not either.

Source: Secrets Manager API reference, PutSecretValue and UpdateSecret; design facts 6.1 (two writes push the good
value out of the labelled versions); ATT&CK T1486, T1565.001.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from nightlatch.domain.event.events import SecretEvent, secrets_manager
from nightlatch.domain.history.examples import WAITED, a_role, a_secret, a_user, an_event, sightings
from nightlatch.domain.history.trail import Trail
from nightlatch.domain.history.windows import Count, Episode, episode_at
from nightlatch.domain.judging.baseline import LATENESS, Baseline, Maturity
from nightlatch.domain.judging.callers import is_aws_service
from nightlatch.domain.judging.findings import Remedy, Severity
from nightlatch.domain.judging.overwrites import is_first_value, is_maker, is_unheard_of, overwrites
from nightlatch.domain.judging.rules import Detection, Example, Match, Verdict, Wait
from nightlatch.domain.secret.versions import PENDING

WINDOW = timedelta(minutes=30)
UNKNOWN_SECRETS = 3
ANY_SECRETS = 20


def evaluate(event: SecretEvent, baseline: Baseline) -> Verdict:
    """Give the stretch in which one principal overwrote many values; who made a secret is no unknown writer of it."""
    secret = event.secret
    if secret is None or is_aws_service(event.principal):
        return None
    if is_first_value(event, secret, baseline):
        may_be_another = not baseline.elapsed and not is_maker(event, secret, baseline)
        return Wait(LATENESS) if may_be_another else None  # the record of an earlier value may be late
    writes = baseline.by_principal.once(overwrites, overwrites)
    own = writes.find(event.event_id)
    if own is None:
        return None
    episode = episode_at(writes, event.at, width=WINDOW, too_much=_is_many)
    if episode is None and not is_maker(event, secret, baseline):
        episode = episode_at(writes, event.at, width=WINDOW, too_much=_is_unexpected)
    if episode is None:
        # A write that makes it too many may be late, and may be one that does not ask by itself.
        may_grow = not own.known or episode_at(writes, event.at, width=WINDOW, too_much=_is_several) is not None
        return _unless_it_grows(event, baseline) if may_grow else None
    if not baseline.elapsed and is_unheard_of(event, secret, baseline):
        return Wait(LATENESS)  # its creation may be on the way, which makes this its first value
    return _match(episode, baseline)


def _unless_it_grows(event: SecretEvent, baseline: Baseline) -> Wait | None:
    """Ask again for the late, and then for all that the window may still hold."""
    if not baseline.elapsed:
        return Wait(LATENESS)
    return None if baseline.is_past(event.at + WINDOW + LATENESS) else Wait(WINDOW + LATENESS)


def _is_several(count: Count) -> bool:
    return count.secrets > 1


def _is_unexpected(count: Count) -> bool:
    return count.unknown >= UNKNOWN_SECRETS


def _is_many(count: Count) -> bool:
    return count.secrets >= ANY_SECRETS


def _match(episode: Episode, baseline: Baseline) -> Match:
    count = episode.peak
    habit = baseline.maturity.unknown_to("write")
    return Match(
        reason=f"new values for {count.secrets} distinct secrets within 30 minutes, {count.unknown} of them {habit}",
        evidence=episode.evidence,
        secrets=episode.secrets,
        novelty=baseline.maturity is Maturity.LEARNING and count.secrets < ANY_SECRETS,
    )


_MALLORY = a_user("mallory")


def _writes(count: int, *, apart_s: float, labels: Sequence[str] = ()) -> list[SecretEvent]:
    request = {"versionStages": list(labels)} if labels else None
    secrets = [a_secret(f"prod/{n}", suffix=f"AbCd{n:02}") for n in range(count)]
    return [
        an_event("PutSecretValue", secret=s, by=_MALLORY, after_s=apart_s * n, version_id=f"v-{n}", request=request)
        for n, s in enumerate(secrets)
    ]


_THREE, _TWENTY = _writes(3, apart_s=900), _writes(20, apart_s=5)
_SLOW, _STAGED = _writes(3, apart_s=901), _writes(40, apart_s=2, labels=[PENDING])
_MADE = [
    an_event("CreateSecret", secret=put.secret, by=_MALLORY, after_s=-30 + n, version_id=f"c-{n}")
    for n, put in enumerate(_TWENTY)
]
_ESTABLISHED = [
    an_event("CreateSecret", secret=put.secret, by=a_role("deploy"), after_s=-9 * 86_400, version_id="v-old")
    for put in _TWENTY
]


def _case(
    name: str,
    writes: Sequence[SecretEvent],
    severity: Severity | None = None,
    *,
    known: bool = False,
    made: Sequence[SecretEvent] = _ESTABLISHED,
) -> Example:
    """Judge the last of some writes, after its wait, with the creations of what they touch."""
    own = [one for one in made if one.principal == _MALLORY]
    seen = [*sightings(writes, known=known), *sightings(own)]
    baseline = Baseline(
        maturity=Maturity.MATURE,
        by_principal=Trail.of(seen),
        on_secret=sightings([*made, writes[-1]]),
        creations=sightings(made),
        settled=WAITED,
    )
    return Example(name=name, event=writes[-1], fires=severity is not None, severity=severity, baseline=baseline)


DETECTION = Detection(
    id="change.many-overwritten",
    catalogue="CHG-02",
    title="Many values were overwritten",
    headline="{who} overwrote the values of {secrets} {span}",
    severity=Severity.CRITICAL,
    event_names=secrets_manager("PutSecretValue", "UpdateSecret"),
    techniques=("T1486", "T1565.001"),
    evaluate=evaluate,
    contain=True,
    remedy=Remedy.ROLL_BACK,
    blind_spots=(
        "An UpdateSecret whose answer shows no version id is not counted. Two principals who share the work, or one "
        "secret every quarter of an hour, stay below. Values planted by moving labels, or staged as pending, are told "
        "one by one (change.current-moved). What a principal created more than a day ago counts among the secrets "
        "that it is not known to write, when it writes others beside them."
    ),
    playbook="""\
Stop the principal first: every further write pushes a good version nearer to its end.
Ask whether a migration is under way; its owner knows the number of secrets.
Not meant: roll each secret back to the version before; each has its own button. Rotated ones: rotate instead.
See who has read the new values since: they have connected with them.
A migration that was planned: exempt its principal for the name prefix, until the day it ends.""",
    examples=(
        _case("three secrets in half an hour, by one who does not write them", _THREE, Severity.CRITICAL),
        _case("twenty secrets, by one who is known to write them", _TWENTY, Severity.CRITICAL, known=True),
        _case("three secrets in half an hour and two seconds", _SLOW),
        _case("nineteen secrets by one who is known to write them", _TWENTY[:19], known=True),
        _case("Terraform fills twenty secrets that it has just created", _TWENTY, made=_MADE),
        _case("one function stages forty rotations in a night", _STAGED),
    ),
)
