"""A batch call fetched everything, page after page, or for the first time: up to 20 values at a blow.

A filter that only leaves things out (`!none`) reaches nearly all secrets. Paging cannot be seen, for CloudTrail logs
no page token, so the pages look like one call repeated. The values' own records follow as GetSecretValue and are
counted by the bulk read, never here.

Source: ATT&CK T1555.006; API reference of BatchGetSecretValue and its Filter; a real Stratus run (five equal calls).
"""

from __future__ import annotations

from datetime import timedelta

from nightlatch.domain.event.events import SecretEvent, secrets_manager
from nightlatch.domain.event.parameters import Parameters
from nightlatch.domain.history.evidence import Evidence
from nightlatch.domain.history.examples import a_denial, a_role, an_event, sightings
from nightlatch.domain.history.sightings import sighting_of, succeeded
from nightlatch.domain.history.windows import Count, episode_at
from nightlatch.domain.judging.baseline import Baseline, Maturity
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.judging.rules import Detection, Example, Match, Verdict

PAGING, PAGES = timedelta(minutes=2), 3
BROAD_CHARS = 2  # so short a word under the key `all` is found in nearly every secret

_BY_FILTER = "{who} fetched secrets by filter {span}"
_BY_NAME = "{who} fetched {secrets} in a batch"


def evaluate(event: SecretEvent, baseline: Baseline) -> Verdict:
    """Judge what the call could reach, then how often it came, then whether it is new."""
    calls = baseline.by_principal.named("BatchGetSecretValue").only(succeeded)
    own = calls.find(event.event_id) or sighting_of(event)
    if not event.succeeded or own.known:
        return None
    filters = event.request.children("filters")
    pages = episode_at(calls.asking(own.digest), event.at, width=PAGING, too_much=_are_pages)
    evidence = pages.evidence if pages else None
    if filters and all(_is_broad(item) for item in filters):
        return _match("the filter leaves out next to nothing, so it reaches nearly all", evidence)
    if filters and pages:
        return _match(f"{pages.peak.calls} equal calls within 2 minutes: pages", evidence)
    if baseline.reader is None and not calls.before(event.at):
        return Match(
            reason="the first batch call seen of this principal",
            severity=Severity.MEDIUM,
            headline=_BY_NAME if event.secrets else _BY_FILTER,
            novelty=True,
        )
    return None


def _match(reason: str, evidence: Evidence | None) -> Match:
    return Match(reason=reason, severity=Severity.HIGH, evidence=evidence)


def _are_pages(count: Count) -> bool:
    return count.calls >= PAGES


def _is_broad(item: Parameters) -> bool:
    """Tell whether one filter passes nearly everything; filters are ANDed, so one narrow filter narrows all."""
    values = item.texts("values")
    everywhere = (item.text("key") or "").lower() == "all"
    return bool(values) and all(
        value.startswith("!") or not value or (everywhere and len(value) <= BROAD_CHARS) for value in values
    )


def _calls(count: int = 1, after_s: float = 0, **filters: str) -> list[SecretEvent]:
    """Call with filters of one value each, `tag_key` standing for `tag-key`."""
    asked = {"filters": [{"key": key.replace("_", "-"), "values": [value]} for key, value in filters.items()]}
    return [an_event("BatchGetSecretValue", by=a_role(), request=asked, after_s=after_s + n) for n in range(count)]


def _case(name: str, calls: list[SecretEvent], severity: Severity | None = None, *, known: bool = False) -> Example:
    """Judge the last of some calls, by a principal with a history."""
    baseline = Baseline(maturity=Maturity.MATURE, by_principal=sightings(calls, known=known))
    return Example(name=name, event=calls[-1], fires=severity is not None, severity=severity, baseline=baseline)


_HOUR_BEFORE = _calls(name="app/", after_s=-3600)
_REFUSED = an_event("BatchGetSecretValue", by=a_role(), failure=a_denial("BatchGetSecretValue"))


DETECTION = Detection(
    id="access.batch-retrieval",
    catalogue="ACC-02",
    title="Batch retrieval that is catch-all, paginated or new",
    headline=_BY_FILTER,
    severity=Severity.HIGH,
    event_names=secrets_manager("BatchGetSecretValue"),
    techniques=("T1555.006",),
    evaluate=evaluate,
    blind_spots=(
        "A filter padded with one long value is not taken for a catch-all (its pages and its reads still show). Two"
        " pages, at most 40 secrets, stay below the count. The call does not say which secrets it gave: the"
        " GetSecretValue records that follow it do."
    ),
    playbook=(
        "Look at the GetSecretValue records of the same seconds: they name the secrets that were given.\n"
        "Ask the owner of the principal whether a job of theirs fetches in batches.\n"
        "If not: deactivate the key or revoke the sessions, and rotate the secrets that were read.\n"
        "If it is theirs: let it fetch by name, and narrow its policy to those names."
    ),
    examples=(
        _case("a filter that leaves out a tag nobody has", _calls(tag_key="!none"), Severity.HIGH),
        _case("five equal calls in five seconds", _calls(5, tag_key="team"), Severity.HIGH),
        _case("the first batch call of a role", _calls(name="app/"), Severity.MEDIUM),
        _case("a negated filter beside a narrow one", [*_HOUR_BEFORE, *_calls(tag_key="!x", name="app/")]),
        _case("a job with a filter known for days turns its pages", _calls(5, tag_key="team"), known=True),
        _case("a refused call, which another rule counts", [_REFUSED]),
    ),
)
