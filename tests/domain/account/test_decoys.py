"""A decoy is found by every form of its name while it stands, and only what was said beforehand is no touch."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from fakes_canaries import a_decoy
from nightlatch.domain.account.decoys import TENDED_FOR, Decoy, Deed, Planted, Tending
from nightlatch.domain.event.secrets import SecretRef, secret_ref
from nightlatch.domain.history.examples import ACCOUNT, AT, REGION, a_person, a_role, a_user, an_event

ANA = a_user("ana")
OFTEN = 40


def ref(text: str) -> SecretRef:
    return secret_ref(text, account_id=ACCOUNT, region=REGION)


def a_word(deed: Deed = Deed.REMOVE, **changes) -> Tending:
    return replace(Tending(deed=deed, by=ANA.key, title="ana (U0ANA)", since=AT, until=AT + TENDED_FOR), **changes)


def found(decoy: Decoy, text: str, *, after: timedelta = timedelta(0)) -> bool:
    return bool(Planted(decoys=(decoy,)).among([ref(text)], AT + after))


@pytest.mark.parametrize("decoy", [a_decoy(), a_decoy(arn="")], ids=["made", "not yet"])
def test_a_decoy_is_found_by_each_form_of_its_name_and_no_other_secret_is(decoy):
    arn = a_decoy().arn

    assert all(found(decoy, text) for text in ("prod/db-admin", arn, arn.removesuffix("-AbCdEf")))
    assert not any(found(decoy, text) for text in ("prod/db-admi", "prod/db", "prod/db-admin2", "db-admin"))


def test_a_namesake_that_was_made_again_is_another_secret():
    assert not found(a_decoy(), a_decoy().arn.replace("AbCdEf", "ZzZzZz"))


def test_a_decoy_that_leaves_counts_until_it_is_gone():
    leaving = a_decoy(leaves_at=AT + timedelta(days=7))

    assert found(leaving, "prod/db-admin", after=timedelta(days=6, hours=23))
    assert not found(leaving, "prod/db-admin", after=timedelta(days=7))


def test_only_what_was_said_is_covered():
    said = an_event("DeleteSecret", secret=ref("prod/db-admin"), by=ANA)
    others = [
        replace(said, name="GetSecretValue"),
        replace(said, source="kms.amazonaws.com"),
        replace(said, principal=a_role()),
        replace(said, principal=replace(ANA, invoked_by="cloudformation.amazonaws.com")),
        replace(said, at=AT - timedelta(seconds=6)),
        replace(said, at=AT + TENDED_FOR),
    ]

    assert a_word().covers(said)
    assert a_word().covers(replace(said, at=AT - timedelta(seconds=5)))  # CloudTrail cuts times to the second
    assert [other for other in others if a_word().covers(other)] == []


@pytest.mark.parametrize(
    ("deed", "calls"),
    [
        (Deed.PLANT, {"CreateSecret", "RestoreSecret", "DescribeSecret"}),
        (Deed.REMOVE, {"DeleteSecret"}),
        (Deed.FIRE, {"DescribeSecret"}),
    ],
)
def test_no_word_ever_covers_a_read_of_the_value(deed, calls):
    names = {"CreateSecret", "RestoreSecret", "DescribeSecret", "DeleteSecret", "GetSecretValue", "PutResourcePolicy"}
    events = [an_event(name, secret=ref("prod/db-admin"), by=ANA) for name in names]

    assert {event.name for event in events if a_word(deed).covers(event)} == calls


def test_a_test_is_a_touch_and_removal_is_none():
    event = an_event("DescribeSecret", secret=ref("prod/db-admin"), by=ANA)
    tried, removed = (a_decoy(tendings=(a_word(deed),)) for deed in (Deed.FIRE, Deed.REMOVE))

    assert not Planted(decoys=(tried,)).tended_by(event)
    assert tried.tended(event, Deed.FIRE) == a_word(Deed.FIRE)
    assert Planted(decoys=(removed,)).tended_by(replace(event, name="DeleteSecret")) == "ana (U0ANA)"


def test_a_call_that_touches_a_second_decoy_which_nobody_spoke_of_is_not_covered():
    both = Planted(decoys=(a_decoy(tendings=(a_word(),)), a_decoy("prod/pay-admin")))
    event = replace(an_event("DeleteSecret", by=ANA), secrets=(ref("prod/db-admin"), ref("prod/pay-admin")))

    assert not both.tended_by(event)


def test_words_do_not_pile_up_and_the_last_is_kept():
    decoy = a_decoy()
    for number in range(OFTEN):
        decoy = decoy.with_tending(a_word(since=AT + timedelta(minutes=number)))

    assert len(decoy.tendings) < OFTEN
    assert decoy.tendings[-1].since == AT + timedelta(minutes=OFTEN - 1)


def test_whatever_stands_in_the_registry_the_memo_is_one_printable_line():
    said = a_decoy(memo="first\nsecond\x1b[31m\u202e" + "x" * 5_000).said

    assert said.isprintable()
    assert len(said) < 300
    assert said.startswith("memo by ana (U0ANA): first second")


def test_a_call_from_before_it_was_planted_is_no_touch():
    assert not found(a_decoy(), "prod/db-admin", after=-timedelta(seconds=1))


def test_a_person_of_identity_center_is_known_by_their_session_for_the_path_of_their_role_is_not():
    person = a_person("ana")
    signed_in = Tending(deed=Deed.REMOVE, by=str(person.arn), title="ana", since=AT, until=AT + TENDED_FOR)

    assert person.arn != person.key
    assert signed_in.covers(an_event("DeleteSecret", secret=ref("prod/db-admin"), by=person))
    assert not signed_in.covers(an_event("DeleteSecret", secret=ref("prod/db-admin"), by=a_person("mallory")))


def test_a_test_right_after_planting_is_a_touch():
    event = an_event("DescribeSecret", secret=ref("prod/db-admin"), by=ANA)
    planted = a_decoy(tendings=(a_word(Deed.PLANT),))

    assert Planted(decoys=(planted,)).tended_by(event)
    assert not Planted(decoys=(planted.with_tending(a_word(Deed.FIRE)),)).tended_by(event)
