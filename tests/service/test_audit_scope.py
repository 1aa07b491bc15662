"""An audit of a part looks at that part alone, and is another audit than the whole."""

from __future__ import annotations

from nightlatch.checks import CHECKS, rotation_off
from nightlatch.domain.posture.accounts import AccountPosture
from nightlatch.domain.posture.functions import FunctionPosture
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.secrets import SecretPosture
from nightlatch.service.audit_scope import Scope, ScopedPremises
from posture_worlds import FakePremises, an_arn, bare

SECRETS = (bare("prod/a"), bare("test/b"))


def test_nothing_said_is_everything() -> None:
    assert Scope().is_whole
    assert Scope().id == ""
    assert Scope().of(CHECKS) == CHECKS
    assert Scope().covers("anything")


def test_checks_are_chosen_by_glob_and_by_practice_and_both_must_fit() -> None:
    by_glob = Scope(checks=("rotation.*",)).of(CHECKS)
    by_practice = Scope(practices=(Practice.ROTATION,)).of(CHECKS)
    both = Scope(checks=("*.off",), practices=(Practice.ROTATION,)).of(CHECKS)

    assert {check.id.split(".")[0] for check in by_glob} == {"rotation"}
    assert {check.practice for check in by_practice} == {Practice.ROTATION}
    assert both == (rotation_off.CHECK,)
    assert Scope(checks=("nothing.*",)).of(CHECKS) == ()


def test_names_of_secrets_leave_functions_and_the_account_out() -> None:
    checks = Scope(names=("prod/*",)).of(CHECKS)

    assert {check.about for check in checks} == {SecretPosture}


def test_a_scope_is_known_again_however_it_was_typed() -> None:
    assert Scope(checks=("a", "b")).id == Scope(checks=("b", "a", "a")).id
    different = {Scope(checks=("a",)).id, Scope(names=("a",)).id, Scope(practices=(Practice.VPC,)).id, Scope().id}
    assert len(different) == 4


def test_only_secrets_of_the_names_are_seen() -> None:
    scope = Scope(names=("prod/*",))
    left_out = (an_arn("prod/decoy"), an_arn("test/decoy"))
    seen = ScopedPremises(FakePremises(SECRETS, left_out=left_out), scope, scope.of(CHECKS)).secrets(None)

    assert [one.name for one in seen.secrets] == ["prod/a"]
    assert seen.left_out == (an_arn("prod/decoy"),)


def test_what_no_check_is_about_is_not_looked_at() -> None:
    of_account = [check for check in CHECKS if check.about is AccountPosture]
    whole = FakePremises(SECRETS)
    premises = ScopedPremises(whole, Scope(), of_account)

    assert premises.secrets(None).secrets == ()
    assert premises.functions(None, {}).functions == ()
    assert premises.account(2).trails
    assert whole.calls == 1


def test_functions_are_found_by_the_secrets_that_name_them() -> None:
    of_functions = [check for check in CHECKS if check.about is FunctionPosture]
    whole = FakePremises(SECRETS)
    premises = ScopedPremises(whole, Scope(), of_functions)

    assert len(premises.secrets(None).secrets) == 2
    assert premises.functions(None, {}).functions
    assert premises.account(2) == AccountPosture(account_id=premises.account_id, region=premises.region, secrets=2)
    assert whole.calls == premises.calls == 2
