"""What is printed for an organisation fits it, never denies a read, and spares who must be spared."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightlatch.domain.errors import Refused
from nightlatch.domain.guarding.organization_guards import MOST_CHARACTERS, Kind, OrganizationGuard

BREAK_GLASS = "arn:aws:iam::*:role/BreakGlassSecrets"
OWN = "arn:aws:iam::*:role/nightlatch-ResponderRole-*"
GUARD = OrganizationGuard(break_glass=(BREAK_GLASS,), own_roles=(OWN,), min_window_days=30)
READS = {"GetSecretValue", "BatchGetSecretValue", "DescribeSecret", "ListSecretVersionIds", "GetResourcePolicy"}
PRINCIPAL = "aws:PrincipalArn"


def statements(kind: Kind, guard: OrganizationGuard = GUARD) -> dict[str, dict[str, object]]:
    return {one["Sid"]: one for one in json.loads(guard.document(kind))["Statement"]}


@pytest.mark.parametrize("kind", Kind)
@given(days=st.integers(7, 30))
def test_an_organisation_policy_only_denies_and_never_a_read(kind, days):
    found = statements(kind, OrganizationGuard(break_glass=(BREAK_GLASS,), own_roles=(OWN,), min_window_days=days))

    assert {one["Effect"] for one in found.values()} == {"Deny"}
    actions = {action for one in found.values() for action in one["Action"]}
    assert all(action.startswith("secretsmanager:") and "*" not in action for action in actions)
    assert not actions & {f"secretsmanager:{read}" for read in READS}
    assert ("NightlatchWindow" in found) is (days > 7)


@pytest.mark.parametrize("kind", Kind)
def test_every_statement_spares_nightlatch_and_all_but_the_pins_spare_break_glass(kind):
    for sid, one in statements(kind).items():
        spared = one["Condition"]["ArnNotLike"][PRINCIPAL]
        assert OWN in spared
        assert (BREAK_GLASS in spared) is (sid != "NightlatchKeepPins")


def test_only_a_resource_control_policy_names_principals_and_leaves_aws_services_out():
    for one in statements(Kind.RCP).values():
        assert one["Principal"] == "*"
        assert one["Condition"]["BoolIfExists"] == {"aws:PrincipalIsAWSService": "false"}
    for one in statements(Kind.SCP).values():
        assert "Principal" not in one
        assert "BoolIfExists" not in one["Condition"]


@pytest.mark.parametrize("kind", Kind)
def test_secrets_that_a_service_manages_are_left_to_it(kind):
    found = statements(kind)

    for sid in ("NightlatchNoForceDelete", "NightlatchWindow"):
        assert found[sid]["Condition"]["Null"] == {
            "secretsmanager:ResourceTag/aws:secretsmanager:owningService": "true"
        }


@pytest.mark.parametrize("kind", Kind)
def test_a_policy_that_is_too_long_for_aws_is_refused_with_both_sizes(kind):
    many = tuple(f"arn:aws:iam::*:role/emergency-{number:03}" for number in range(60))

    with pytest.raises(Refused, match=f"the {kind.upper()} would have .* AWS takes {MOST_CHARACTERS}"):
        OrganizationGuard(break_glass=many, own_roles=(OWN,)).document(kind)


def test_a_policy_of_nobody_to_spare_is_refused():
    with pytest.raises(Refused, match=r"inventory\.break_glass"):
        OrganizationGuard(break_glass=(), own_roles=(OWN,)).document(Kind.SCP)
