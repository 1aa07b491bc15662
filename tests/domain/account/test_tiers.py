"""A crown jewel is one severity worse and a temporary secret one milder, by every name a reference may have."""

from __future__ import annotations

import pytest

from nightlatch.detections import denied_probing
from nightlatch.detections.deletion_scheduled import DETECTION
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.account.tiers import Tier, TierOf, tier_of
from nightlatch.domain.history.examples import a_denial, a_secret, an_event, sightings
from nightlatch.domain.judging.baseline import Baseline
from nightlatch.domain.judging.findings import Severity, State
from nightlatch.domain.judging.rules import Match, detect
from nightlatch.domain.judging.weight import weighed

TIERS = (TierOf("prod/crown/*", Tier.CROWN), TierOf("prod/*", Tier.STANDARD), TierOf("ci-tmp/*", Tier.TEMP))


@pytest.mark.parametrize(
    ("names", "tier"),
    [
        (["prod/crown/db"], Tier.CROWN),
        (["prod/db"], Tier.STANDARD),
        (["ci-tmp/a"], Tier.TEMP),
        (["other"], Tier.STANDARD),
        (["ci-tmp/a", "prod/crown/db"], Tier.CROWN),
        (["ci-tmp/a", "other"], Tier.STANDARD),
        ([], Tier.STANDARD),
    ],
)
def test_the_first_glob_decides_and_of_several_secrets_the_highest(names, tier):
    assert tier_of([a_secret(name) for name in names], TIERS) is tier


@pytest.mark.parametrize(
    ("severity", "crown", "temp"),
    [
        (Severity.LOW, Severity.MEDIUM, Severity.LOW),
        (Severity.MEDIUM, Severity.HIGH, Severity.LOW),
        (Severity.CRITICAL, Severity.CRITICAL, Severity.HIGH),
        (Severity.INFORMATIONAL, Severity.LOW, Severity.INFORMATIONAL),
    ],
)
def test_a_tier_is_worth_one_severity(severity, crown, temp):
    assert (weighed(severity, Tier.CROWN), weighed(severity, Tier.TEMP)) == (crown, temp)
    assert weighed(severity, Tier.STANDARD) is severity


def test_a_note_stays_a_note_for_a_crown_secret_too():
    """Or one consumer without a permission would wake people."""
    refused = [
        an_event(secret=a_secret("prod/crown/db"), after_s=n, failure=a_denial("GetSecretValue")) for n in range(9)
    ]
    baseline = Baseline(inventory=Inventory(tiers=TIERS), by_principal=sightings(refused))

    (finding,), _ = detect(refused[-1], baseline, (denied_probing.DETECTION,))

    assert (finding.severity, finding.state) == (Severity.LOW, State.DIGEST)


@pytest.mark.parametrize(
    ("name", "severity", "state"),
    [
        ("prod/crown/db", Severity.HIGH, State.OPEN),
        ("prod/db", Severity.MEDIUM, State.OPEN),
        ("ci-tmp/a", Severity.LOW, State.DIGEST),
    ],
)
def test_a_finding_weighs_what_its_secret_weighs(name, severity, state):
    event = an_event("DeleteSecret", secret=a_secret(name))

    (finding,), _ = detect(event, Baseline(inventory=Inventory(tiers=TIERS)), (DETECTION,))

    assert isinstance(DETECTION.evaluate(event, Baseline()), Match)
    assert (finding.severity, finding.state) == (severity, state)
