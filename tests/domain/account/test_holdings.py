"""What was found when the inventory was taken answers for every form of a name, and never for a namesake."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nightlatch.detections.deletion_scheduled import DETECTION
from nightlatch.domain.account.holding import Found, Holding, RotationFunction
from nightlatch.domain.account.holdings import Holdings
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.account.tiers import Tier, TierOf, tagged_tier
from nightlatch.domain.event.resources import unqualified, unversioned
from nightlatch.domain.event.secrets import in_region, secret_ref
from nightlatch.domain.history.examples import ACCOUNT, REGION, a_role, a_secret, a_service_event, an_event, sightings
from nightlatch.domain.judging.baseline import Baseline
from nightlatch.domain.judging.callers import is_rotating
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.judging.rules import detect

SECRET, FAR = a_secret(), "us-east-1"
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:rotate-db"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/service-role/rotate-db-role"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
STARTED = a_service_event("RotationStarted", secret=SECRET, after_s=-5)


def holding(name: str = "prod/db", *, region: str = REGION, **said) -> Holding:
    return Holding(arn=a_secret(name, region=region).text, **said)


def holdings(*secrets: Holding, functions: tuple[RotationFunction, ...] = (), own: tuple[str, ...] = ()) -> Holdings:
    return Holdings.of([Found(secrets=secrets, functions=functions, own=own)])


# --- whose it is


def test_the_tags_of_what_a_reference_can_mean_are_known_and_no_others() -> None:
    owner, other = ("owner", "payments"), ("owner", "orders")
    inventory = Inventory(holdings=holdings(holding(tags=(owner,)), holding("prod/x", tags=(other,)), holding("bare")))

    assert inventory.tags_of([a_secret()]) == (owner,)
    assert inventory.tags_of([a_secret(suffix=None), a_secret("prod/x", suffix=None)]) == (other, owner)
    assert inventory.tags_of([a_secret("bare"), a_secret("unknown")]) == ()
    assert Inventory().tags_of([a_secret()]) == ()


def test_a_finding_carries_the_tags_by_which_it_is_routed() -> None:
    tagged = Inventory(holdings=holdings(holding(tags=(("owner", "payments"),))))
    event = an_event("DeleteSecret", secret=SECRET, by=a_role(), request={"recoveryWindowInDays": 7})

    ((finding,), _) = detect(event, Baseline(inventory=tagged), (DETECTION,))

    assert finding.tags == (("owner", "payments"),)


# --- which secret


@pytest.mark.parametrize(
    ("reference", "tier"),
    [
        (a_secret(), Tier.CROWN),
        (a_secret(suffix=None), Tier.CROWN),
        (secret_ref(SECRET.text.rsplit("-", 1)[0], account_id=ACCOUNT, region=REGION), Tier.CROWN),
        (a_secret(suffix="GhIjKl"), None),  # made anew under the same name
        (a_secret(region=FAR), None),
        (replace(a_secret(suffix=None), account_id="999988887777"), None),
        (a_secret("prod"), None),
    ],
)
def test_a_holding_is_found_by_every_form_of_its_name_and_by_no_other(reference, tier):
    assert holdings(holding(tier=Tier.CROWN)).tier_of(reference) is tier


def test_pages_are_one_inventory_and_a_function_keeps_the_role_that_any_of_them_knows():
    pages = [
        Found(secrets=(holding("a"),), functions=(RotationFunction(arn=FUNCTION, role=ROLE),)),
        Found(secrets=(holding("b"),), functions=(RotationFunction(arn=FUNCTION),), own=("arn:aws:sqs:x:y:z",)),
    ]

    found = Holdings.of(pages)

    assert [one.secret.name for one in found.secrets] == ["a", "b"]
    assert found.roles_named("rotate-db") == {ROLE}
    assert found.own == {"arn:aws:sqs:x:y:z"}
    assert not Holdings()


# --- how much it matters


@pytest.mark.parametrize(
    ("tags", "tier"),
    [
        ({"nightlatch:tier": "crown"}, Tier.CROWN),
        ({"nightlatch:tier": " Temp "}, Tier.TEMP),
        ({"nightlatch:tier": "golden"}, None),
        ({"tier": "crown"}, None),
        ({}, None),
    ],
)
def test_a_tier_is_read_from_its_own_tag_alone(tags, tier):
    assert tagged_tier(tags) is tier


@pytest.mark.parametrize(
    ("tag", "tiers", "severity"),
    [
        (None, (), Severity.MEDIUM),
        (Tier.CROWN, (), Severity.HIGH),
        (Tier.TEMP, (), Severity.LOW),
        (Tier.TEMP, (TierOf("prod/*", Tier.CROWN),), Severity.HIGH),
        (Tier.CROWN, (TierOf("prod/*", Tier.STANDARD),), Severity.MEDIUM),
        (Tier.CROWN, (TierOf("other/*", Tier.TEMP),), Severity.HIGH),
    ],
)
def test_a_tag_weighs_where_the_operators_document_says_nothing(tag, tiers, severity):
    inventory = Inventory(tiers=tiers, holdings=holdings(holding(tier=tag)))

    (finding,), _ = detect(an_event("DeleteSecret", secret=SECRET), Baseline(inventory=inventory), (DETECTION,))

    assert finding.severity is severity


def test_a_tag_that_a_call_sets_weighs_nothing():
    """Design gap G12: a thief could tag a crown jewel as temporary before taking it."""
    tags = [{"key": "nightlatch:tier", "value": "temp"}]
    tagged = an_event("TagResource", secret=SECRET, request={"tags": tags}, after_s=-60)
    baseline = Baseline(inventory=Inventory(holdings=holdings(holding(tier=Tier.CROWN))), on_secret=sightings([tagged]))

    (finding,), _ = detect(an_event("DeleteSecret", secret=SECRET), baseline, (DETECTION,))

    assert finding.severity is Severity.HIGH


# --- what it needs


@pytest.mark.parametrize(
    ("service", "text", "needed"),
    [
        ("kms", KEY, True),
        ("kms", KEY.rsplit("/", 1)[1], True),
        ("kms", KEY.replace(REGION, FAR), False),
        ("lambda", "rotate-db", True),
        ("lambda", f"{FUNCTION}:live", True),
        ("lambda", "rotate-mail", False),
        ("iam", "rotate-db-role", True),
        ("iam", ROLE, True),
        ("iam", "another-role", False),
    ],
)
def test_what_needs_a_key_a_function_or_its_role_is_known(service, text, needed):
    found = holdings(
        holding(key=KEY, rotated_by=FUNCTION), holding("b"), functions=(RotationFunction(arn=FUNCTION, role=ROLE),)
    )

    resource = unversioned(text, service=service, region=REGION, account=ACCOUNT)

    assert [secret.name for secret in found.needing(resource)] == (["prod/db"] if needed else [])


@pytest.mark.parametrize(
    ("arn", "expected"),
    [(FUNCTION, FUNCTION), (f"{FUNCTION}:live", FUNCTION), (f"{FUNCTION}:$LATEST", FUNCTION), (ROLE, ROLE), ("x", "x")],
)
def test_a_function_is_kept_without_its_version(arn, expected):
    assert unqualified(arn) == expected


# --- who rotates it


@pytest.mark.parametrize(
    ("role", "caller", "rotating"),
    [
        (ROLE, a_role("service-role/rotate-db-role", "rotate-db"), True),
        (ROLE, a_role("another", "rotate-db"), False),  # a session's name is the caller's word
        (ROLE, a_role("service-role/rotate-db-role", "another"), False),
        (None, a_role("another", "rotate-db"), True),  # nobody could look at the role
    ],
)
def test_a_rotation_function_is_known_by_its_role(role, caller, rotating):
    found = holdings(holding(rotated_by=FUNCTION), functions=(RotationFunction(arn=FUNCTION, role=role),))
    baseline = Baseline(on_secret=sightings([STARTED]), inventory=Inventory(holdings=found))

    assert is_rotating(an_event(secret=SECRET, by=caller), baseline) is rotating


def test_the_operators_function_is_held_to_its_role_too():
    found = holdings(functions=(RotationFunction(arn=FUNCTION, role=ROLE),))
    inventory = Inventory(rotation_functions=frozenset({"rotate-db:live"}), holdings=found)
    baseline = Baseline(on_secret=sightings([STARTED]), inventory=inventory)

    assert not is_rotating(an_event(secret=SECRET, by=a_role("another", "rotate-db")), baseline)


@pytest.mark.parametrize(("listed", "rotating"), [(frozenset(), True), (frozenset({"rotate-mail"}), False)])
def test_a_function_that_was_just_set_rotates_at_once_unless_the_operator_has_a_list(listed, rotating):
    new = FUNCTION.replace("rotate-db", "rotate-new")
    was_set = an_event("RotateSecret", secret=SECRET, after_s=-9, request={"rotationLambdaARN": f"{new}:live"})
    known = holdings(functions=(RotationFunction(arn=FUNCTION, role=ROLE),))
    inventory = Inventory(rotation_functions=listed, holdings=known)
    baseline = Baseline(on_secret=sightings([was_set, STARTED]), inventory=inventory)

    assert is_rotating(an_event(secret=SECRET, by=a_role("new", "rotate-new")), baseline) is rotating
    assert not is_rotating(an_event(secret=SECRET, by=a_role("new", "rotate-other")), baseline)


def test_the_role_of_an_external_rotation_is_its_own_proof():
    role = a_role("external", "SecretsManager")
    baseline = Baseline(
        on_secret=sightings([STARTED]), inventory=Inventory(holdings=holdings(holding(rotated_by=role.key)))
    )

    assert is_rotating(an_event(secret=SECRET, by=role), baseline)
    assert not is_rotating(an_event(secret=SECRET, by=a_role("other", "SecretsManager")), baseline)


# --- what is ours


def test_our_own_parts_are_those_that_were_found_and_those_that_were_named():
    rule = f"arn:aws:events:{REGION}:{ACCOUNT}:rule/nightlatch-ReadsRule-1ABC"
    inventory = Inventory(self_resources=frozenset({"nl-prod"}), holdings=holdings(own=(rule,)))

    assert inventory.is_own(rule)
    assert inventory.is_own("arn:aws:s3:::nl-prod")
    assert not inventory.is_own(rule.replace("ReadsRule", "OtherRule"))
    assert not inventory.is_own("arn:aws:sns:eu-west-1:111122223333:nightlatch-ReadsRule-1ABC")


# --- which secret an ARN means

BY_PART = a_secret("prod/db", suffix="backup")  # a caller's word for `prod/db-backup`, or for `prod/db`
NAMESAKE = Holding(arn=a_secret("prod/db-backup", suffix="GhIjKl").text)


@pytest.mark.parametrize(
    ("reference", "found", "expected"),
    [
        (SECRET, [holding()], SECRET.text),
        (BY_PART, [holding(), NAMESAKE], NAMESAKE.arn),
        (SECRET, [holding(), Holding(arn=a_secret("prod/db-AbCdEf", suffix="GhIjKl").text)], SECRET.text),
        (BY_PART, [holding()], BY_PART.text),
        (BY_PART, [NAMESAKE, Holding(arn=a_secret("prod/db-backup", suffix="MnOpQr").text)], BY_PART.text),
        (a_secret(suffix=None), [holding()], "prod/db"),
    ],
    ids=["whole", "a part", "whole, and another's name", "of nothing held", "of two by one name", "a bare name"],
)
def test_an_arn_means_what_is_held(reference, found, expected):
    assert holdings(*found).meant_by(reference).text == expected


# --- which is a replica


@pytest.mark.parametrize(
    "listed",
    [
        holding(region=FAR, replica_regions=(REGION,)),  # the primary says where its replicas are
        holding(region=REGION, primary_region=FAR),  # the replica says where its primary is
    ],
)
@pytest.mark.parametrize("reference", [SECRET, a_secret(suffix=None)])
def test_a_replica_has_its_primary(listed, reference):
    assert holdings(listed).primary_of(reference) == in_region(listed.secret, FAR)


@pytest.mark.parametrize(
    "listed",
    [
        holding(region=FAR),
        holding(region=FAR, replica_regions=("sa-east-1",)),
        holding(region=REGION, primary_region=REGION, replica_regions=(FAR,)),  # it is a primary itself
        Holding(arn=a_secret(suffix="GhIjKl", region=FAR).text, replica_regions=(REGION,)),
    ],
)
def test_a_secret_of_the_same_name_in_another_region_is_no_replica(listed):
    assert holdings(listed).primary_of(SECRET) is None


@pytest.mark.parametrize("reference", [SECRET, a_secret(suffix=None)])
def test_a_secret_that_began_here_is_no_replica_of_a_namesake(reference):
    """A secret may be called like another in another Region, or by another's whole ARN, and have copies here."""
    namesake = holding(region=FAR, replica_regions=(REGION,))
    called_like_it = Holding(arn=a_secret("prod/db-AbCdEf", suffix="GhIjKl").text, primary_region=FAR)
    alone = holding(region=REGION)

    assert holdings(alone, namesake, called_like_it).primary_of(reference) is None


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        (holding(region=REGION), True),
        (holding(region=REGION, primary_region=REGION), True),
        (holding(region=REGION, primary_region=REGION, replica_regions=("sa-east-1",)), True),
        (holding(region=REGION, primary_region=REGION, replica_regions=(FAR,)), False),
        (holding(region=REGION, primary_region=FAR), False),
        (holding(region=FAR), False),
    ],
)
def test_where_a_secret_that_began_here_has_no_copy_is_known(listed, expected):
    assert holdings(listed).has_no_copy_in(SECRET, FAR) is expected


def test_a_name_moves_to_another_region_with_its_suffix():
    assert in_region(SECRET, FAR) == a_secret(region=FAR)
    assert in_region(a_secret(suffix=None), FAR) == a_secret(suffix=None, region=FAR)
