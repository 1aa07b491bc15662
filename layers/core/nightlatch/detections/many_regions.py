"""One principal looked for secrets in many Regions, or in a Region that is not among ours and where it never was.

Secrets are regional, and a stolen key does not say where they are: so its holder asks everywhere. Applications stay in
their own Region, or read replicas that they are known to read. An empty answer and a refusal tell as much as a value.

Source: ATT&CK T1555.006; panther-analysis, secrets retrieved in multiple Regions; ruling 34 (what needs a list of
Regions is off without one).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.event.events import SecretEvent, secrets_manager
from nightlatch.domain.history.examples import AT, REGION, a_denial, a_user, an_event, sightings
from nightlatch.domain.history.habits import Facet, Habits, Kind
from nightlatch.domain.history.pairs import KNOWN_AFTER, Pair
from nightlatch.domain.history.sightings import Sighting
from nightlatch.domain.history.value_reads import WRITES_COME, is_plain
from nightlatch.domain.history.windows import Count, Episode, episode_at
from nightlatch.domain.judging.baseline import Baseline, Maturity
from nightlatch.domain.judging.callers import is_aws_service, is_rotating, unless_it_has_ended
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.judging.rules import Detection, Example, Match, Verdict, Wait

WINDOW, REGIONS = timedelta(minutes=15), 4
_CALLS = ("ListSecrets", "GetSecretValue", "BatchGetSecretValue")
_NOWHERE = frozenset({"", "unknown"})  # of a record that names no Region
_MOST_NAMED = 6


def evaluate(event: SecretEvent, baseline: Baseline) -> Verdict:
    """Count the Regions around the call, then see whether its own Region is a strange one."""
    if is_aws_service(event.principal) or baseline.inventory.is_scanner(event.principal):
        return None
    calls = baseline.by_principal.named(*_CALLS).only(_counts)
    if is_rotating(event, baseline):
        return unless_it_has_ended(event, baseline)
    if calls.find(event.event_id) is None:
        return None  # a use that is known, a read-back, or AWS on the caller's way
    many = episode_at(calls, event.at, width=WINDOW, too_much=_are_many)
    strange = _is_strange(event, baseline)
    if many is None and not strange:
        return None
    if not baseline.elapsed:
        certain = episode_at(calls.only(is_plain), event.at, width=WINDOW, too_much=_are_many)
        if event.version_id is not None or (certain is None and not strange):
            return Wait(WRITES_COME)  # reads by version may turn out to be read-backs
        many = certain
    return _in_many(many, baseline) if many is not None else _in_a_strange_one(event)


def _counts(call: Sighting) -> bool:
    explained = call.known or call.read_back or call.rotating or call.by_service
    return call.region not in _NOWHERE and not explained


def _are_many(count: Count) -> bool:
    return count.regions >= REGIONS


def _is_strange(event: SecretEvent, baseline: Baseline) -> bool:
    """Tell whether a Region is not approved, and the principal was seen before today, but never there."""
    approved = {region.strip().lower() for region in baseline.inventory.approved_regions}
    if not approved or event.region.lower() in approved:
        return False
    before = event.at - KNOWN_AFTER
    seen = {
        facet.value for facet, pair in baseline.habits.seen.items() if _is_region(facet) and pair.first_seen <= before
    }
    return bool(seen) and event.region not in seen


def _is_region(facet: Facet) -> bool:
    return facet.kind is Kind.REGION


def _in_many(episode: Episode, baseline: Baseline) -> Match:
    regions = episode.regions
    more = f" and {len(regions) - _MOST_NAMED} more" if len(regions) > _MOST_NAMED else ""
    return Match(
        reason=f"calls in {episode.peak.regions} Regions within 15 minutes: {', '.join(regions[:_MOST_NAMED])}{more}",
        headline=f"{{who}} looked for secrets in {len(regions)} Regions {{span}}",
        evidence=episode.evidence,
        secrets=episode.secrets,
        novelty=baseline.maturity is Maturity.LEARNING,
    )


def _in_a_strange_one(event: SecretEvent) -> Match:
    return Match(
        reason=f"{event.region} is not among the approved Regions, and the principal was never seen there before today",
        headline="{who} looked for secrets in a Region that is not approved",
        novelty=True,
    )


_ELSEWHERE = ("us-east-1", "ap-southeast-2", "sa-east-1", "us-west-2")
_MONTH = Pair(first_seen=AT - timedelta(days=30), last_seen=AT - timedelta(days=1), days=20)
_AT_HOME = Habits({Facet(Kind.REGION, REGION): _MONTH})
_NO_LIST, _EUROPE = Inventory(), Inventory(approved_regions=frozenset({"eu-west-1", "eu-central-1"}))
_SCANNED = Inventory(scanners=frozenset({a_user("scanner").key}))


def _lists(*regions: str, by: str = "ci-deploy", every_s: float = 2, refused: bool = False) -> list[SecretEvent]:
    failure = a_denial("ListSecrets") if refused else None
    return [
        replace(an_event("ListSecrets", by=a_user(by), after_s=every_s * n, failure=failure), region=region)
        for n, region in enumerate(regions)
    ]


def _case(
    name: str, calls: Sequence[SecretEvent], *, fires: bool, inventory: Inventory = _NO_LIST, known: bool = False
) -> Example:
    """Judge the last of some calls, by a principal that was always seen at home."""
    seen = sightings(calls, known=known)
    baseline = Baseline(maturity=Maturity.MATURE, by_principal=seen, habits=_AT_HOME, inventory=inventory)
    severity = Severity.HIGH if fires else None
    return Example(name=name, event=calls[-1], fires=fires, severity=severity, baseline=baseline)


DETECTION = Detection(
    id="access.many-regions",
    catalogue="ACC-08",
    title="The same principal in many Regions",
    headline="{who} looked for secrets in many Regions {span}",
    severity=Severity.HIGH,
    event_names=secrets_manager(*_CALLS),
    techniques=("T1555.006",),
    evaluate=evaluate,
    contain=True,
    blind_spots=(
        "A Region whose events do not come here is not counted: the stack watches its own. Three Regions in a quarter"
        " of an hour stay below. Without approved Regions in the policy a single strange one is not told, nor where"
        " nothing was seen of the principal before. An application that begins to read replicas in four Regions fires"
        " once, unless it is known to read the primary, and names the full ARN in both places."
    ),
    playbook="""\
Is an inventory or a scanner of yours at work? Add its ARN to the scanners of the policy.
Ask the owner of the principal. If it was not them: deactivate the key or revoke the sessions at once.
See in each Region named here what was read; what was found empty tells where the thief went on.
Rotate what was read. Deny Secrets Manager in Regions that you do not use, by a service control policy.""",
    examples=(
        _case("a key lists in four Regions", _lists(REGION, *_ELSEWHERE[:3]), fires=True),
        _case("a key is refused in five", _lists(REGION, *_ELSEWHERE, refused=True), fires=True),
        _case("a first call in a Region that is not approved", _lists("sa-east-1"), fires=True, inventory=_EUROPE),
        _case("three Regions", _lists(REGION, *_ELSEWHERE[:2]), fires=False),
        _case("four Regions in an hour", _lists(REGION, *_ELSEWHERE[:3], every_s=1200), fires=False),
        _case("a Region that is not at home, and no list", _lists("sa-east-1"), fires=False),
        _case("a declared scanner", _lists(*_ELSEWHERE, by="scanner"), fires=False, inventory=_SCANNED),
    ),
)
