"""A workload, or a person not seen before, looked through the metadata of many secrets: what there is, and who may.

DescribeSecret and ListSecretVersionIds say what a secret is for, how it rotates and which versions it has;
GetResourcePolicy says who is let in. Programs need them for their own secrets only. Infrastructure code looks at
everything that it made, rotations at what they rotate, AWS's own services at everything there is, and people click
through the console; none of that counts.

Source: ATT&CK T1526; design detections ACC-06 and benign stories 1, 4 and 7.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from nightlatch.domain.event.calls import MAKE_VERSIONS
from nightlatch.domain.event.events import SecretEvent, secrets_manager
from nightlatch.domain.event.principals import Principal
from nightlatch.domain.history.examples import a_person, a_role, a_secret, an_event, sightings
from nightlatch.domain.history.pairs import KNOWN_AFTER
from nightlatch.domain.history.sightings import Sighting, succeeded
from nightlatch.domain.history.trail import Trail
from nightlatch.domain.history.value_reads import WRITES_COME
from nightlatch.domain.history.windows import Count, episode_at
from nightlatch.domain.judging.baseline import Baseline, Maturity
from nightlatch.domain.judging.callers import (
    is_aws_service,
    is_human,
    is_rotating,
    may_be_rotation_function,
    unless_it_has_ended,
)
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.judging.rotations import STEPS_SPAN
from nightlatch.domain.judging.rules import Detection, Example, Match, Verdict, Wait
from nightlatch.domain.secret.versions import PENDING

WINDOW, DESCRIBED, POLICIES = timedelta(minutes=15), 15, 5  # distinct secrets
_DESCRIBE = ("DescribeSecret", "ListSecretVersionIds")
_POLICY = ("GetResourcePolicy",)
_CLOCKS_DIFFER = timedelta(seconds=2)
_NEVER = datetime.max.replace(tzinfo=UTC)


def evaluate(event: SecretEvent, baseline: Baseline) -> Verdict:
    """Give the enumeration that this look is part of; records of what the principal wrote get a minute to come."""
    is_scanner = is_aws_service(event.principal) or baseline.inventory.is_scanner(event.principal)
    if is_scanner or (is_human(event.principal) and not _is_new(event, baseline)):
        return None
    strange = _without_steps if may_be_rotation_function(event.principal, baseline) else _strange_looks
    looks = baseline.by_principal.once(strange, strange)
    if is_rotating(event, baseline):
        return unless_it_has_ended(event, baseline)
    if looks.find(event.event_id) is None:
        return None
    if event.called(*_POLICY):
        episode = episode_at(looks.named(*_POLICY), event.at, width=WINDOW, too_much=_are_policies)
    else:
        episode = episode_at(looks.named(*_DESCRIBE), event.at, width=WINDOW, too_much=_are_described)
    if episode is None:
        return None
    if not baseline.elapsed:
        return Wait(WRITES_COME)
    what = "resource policies" if event.called(*_POLICY) else "metadata"
    return Match(
        reason=f"looked at the {what} of {episode.peak.secrets} distinct secrets within 15 minutes, none of which it is"
        f" known to use or has written",
        severity=Severity.LOW if is_human(event.principal) else Severity.MEDIUM,
        headline="{who} read the resource policies of {secrets} {span}" if event.called(*_POLICY) else None,
        evidence=episode.evidence,
        secrets=episode.secrets,
        novelty=baseline.maturity is Maturity.LEARNING,
    )


def _are_described(count: Count) -> bool:
    return count.secrets >= DESCRIBED


def _are_policies(count: Count) -> bool:
    return count.secrets >= POLICIES


def _is_new(event: SecretEvent, baseline: Baseline) -> bool:
    """Tell whether nothing was seen of the principal until a day ago."""
    return all(pair.first_seen > event.at - KNOWN_AFTER for pair in baseline.habits.seen.values())


def _strange_looks(trail: Trail) -> Trail:
    """Keep the looks that AWS answered, outside the console, at secrets that are not the principal's own."""
    return _not_own(trail, staged=timedelta(0))


def _without_steps(trail: Trail) -> Trail:
    """Leave out the looks soon after which the same role staged AWSPENDING, as a rotation's function does."""
    return _not_own(trail, staged=STEPS_SPAN)


def _not_own(trail: Trail, *, staged: timedelta) -> Trail:
    """Keep the looks at secrets that the principal had not written; a version staged may come so much later."""
    own_from: dict[str, datetime] = {}
    for write in trail.named(*MAKE_VERSIONS).only(succeeded):
        since = write.at - (staged if PENDING in write.labels else timedelta(0)) - _CLOCKS_DIFFER
        for key in {key for secret in write.secrets for key in secret.keys}:
            own_from[key] = min(since, own_from.get(key, since))
    looks = trail.named(*_DESCRIBE, *_POLICY).only(_is_strange)
    return Trail.of(
        look
        for look in looks
        if not any(own_from.get(key, _NEVER) <= look.at for secret in look.secrets for key in secret.keys)
    )


def _is_strange(look: Sighting) -> bool:
    explained = look.known or look.wrote or look.rotating or look.by_service or look.in_console
    return look.succeeded and bool(look.secrets) and not explained


def _looks(count: int, name: str = "DescribeSecret", *, by: Principal, after_s: float = 0) -> list[SecretEvent]:
    secrets = (a_secret(f"prod/db-{n}") for n in range(count))
    return [an_event(name, secret=secret, by=by, after_s=after_s + n) for n, secret in enumerate(secrets)]


def _case(
    name: str, events: Sequence[SecretEvent], severity: Severity | None = None, *, known: bool = False
) -> Example:
    """Judge the last of some events when the writes that would explain them have had their minute."""
    last = events[-1].at
    baseline = Baseline(maturity=Maturity.MATURE, by_principal=sightings(events, known=known), settled=last)
    return Example(name=name, event=events[-1], fires=severity is not None, severity=severity, baseline=baseline)


_APP, _NEWCOMER = a_role("app"), a_person("mallory")
_CONFIG = a_role("aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig", "AWSConfig-Describe")

DETECTION = Detection(
    id="access.metadata-enumeration",
    catalogue="ACC-06",
    title="Metadata of many secrets was looked through",
    headline="{who} looked through the metadata of {secrets} {span}",
    severity=Severity.MEDIUM,
    event_names=secrets_manager(*_DESCRIBE, *_POLICY),
    techniques=("T1526",),
    evaluate=evaluate,
    blind_spots=(
        "ListSecrets alone gives names and tags of everything and is not counted. People seen before today and whoever"
        " works in the console are believed. Who looks at fewer than 15 secrets, or 5 policies, in a quarter of an hour"
        " stays below. Refused looks are counted by the denied probing."
    ),
    playbook="""\
Is a scanner or an inventory of yours at work? Add its ARN to the scanners of the policy.
A workload: see what it did next. Reads of the same secrets make it a theft.
Ask its owner; if nobody knows: deactivate the key or revoke the sessions.
A person new here: a note. It is what somebody does who finds their way, or a thief.""",
    examples=(
        _case("a workload describes sixteen secrets", _looks(16, by=_APP), Severity.MEDIUM),
        _case("a workload reads six resource policies", _looks(6, "GetResourcePolicy", by=_APP), Severity.MEDIUM),
        _case("a person never seen before describes twenty", _looks(20, by=_NEWCOMER), Severity.LOW),
        _case(
            "Terraform describes what it has just created",
            [*_looks(40, "CreateSecret", by=_APP, after_s=-60), *_looks(40, by=_APP)],
        ),
        _case("a driver polls what it is known to read", _looks(40, by=_APP), known=True),
        _case("AWS Config describes everything", _looks(40, by=_CONFIG)),
        _case("fourteen secrets", _looks(14, by=_APP)),
    ),
)
