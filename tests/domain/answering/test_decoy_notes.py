"""A decoy's removal is allowed as it was said and told to everybody; a touch of one is told in observe, too."""

from __future__ import annotations

from datetime import timedelta

from builders import a_finding
from fakes_canaries import a_decoy
from nightlatch.domain.account.decoys import TENDED_FOR, Deed, Planted, Tending
from nightlatch.domain.answering.allowances import allowing
from nightlatch.domain.answering.decisions import Alert, Record, decide
from nightlatch.domain.answering.decoy_notes import decoy_removed, removals
from nightlatch.domain.answering.policy import Mode, Policy, Protection
from nightlatch.domain.history.examples import AT, a_secret, a_user, an_event
from nightlatch.domain.judging.findings import Severity, State

BAIT = a_secret("prod/db-admin")
SAID = Tending(deed=Deed.REMOVE, by=a_user("ana").key, title="ana (U0ANA)", since=AT, until=AT + TENDED_FOR)
OBSERVE = Policy(default=Protection(mode=Mode.OBSERVE))


def test_the_deletion_that_was_said_is_allowed_and_by_force_it_is_not():
    planted = Planted(decoys=(a_decoy(tendings=(SAID,)), a_decoy("prod/pay-admin")))
    event = an_event("DeleteSecret", secret=BAIT)
    forced = an_event("DeleteSecret", secret=BAIT, request={"forceDeleteWithoutRecovery": True})

    allowed = allowing(event, removals(planted, event.secrets))

    assert allowed is not None
    assert (allowed.by, allowed.reason) == ("ana (U0ANA)", "removal of a decoy")
    assert allowing(forced, removals(planted, forced.secrets)) is None


def test_a_word_about_anything_else_allows_no_deletion():
    tried = a_decoy(tendings=(Tending(deed=Deed.FIRE, by=SAID.by, title="ana", since=AT, until=SAID.until),))

    assert removals(Planted(decoys=(tried,)), (BAIT,)) == []
    assert removals(Planted(decoys=(a_decoy(tendings=(SAID,)),)), (a_secret("prod/db"),)) == []


def test_everybody_hears_that_a_decoy_goes():
    told = decoy_removed(a_decoy(), a_user("ana"), AT)

    assert told.title == "ana (IAM user) takes a decoy away: secret prod/db-admin"
    assert (told.severity, told.state) == (Severity.LOW, State.OPEN)
    assert "stands in the wiki" in told.reason


def test_what_somebody_laid_out_to_hear_of_is_told_in_observe():
    event = an_event(secret=BAIT)
    by_policy, planted = a_finding(secrets=(BAIT,)), decoy_removed(a_decoy(), a_user("ana"), AT)

    assert isinstance(decide(event, [by_policy], OBSERVE, AT)[0], Record)
    assert isinstance(decide(event, [planted], OBSERVE, AT + timedelta(minutes=1))[0], Alert)


def test_a_removal_that_was_said_is_recorded_whatever_deletion_it_is_found_to_be_and_nothing_else_is():
    event = an_event("DeleteSecret", secret=BAIT, by=a_user("ana"))
    notify = Policy(default=Protection(mode=Mode.NOTIFY))
    many, root = (a_finding(rule=rule, secrets=(BAIT,)) for rule in ("deletion.mass-deletion", "access.root-use"))

    recorded, told = decide(event, [many, root], notify, AT, tended="ana (U0ANA)")

    assert isinstance(recorded, Record)
    assert recorded.why == "a decoy that ana (U0ANA) takes away; else HIGH"
    assert isinstance(told, Alert)
    assert isinstance(decide(event, [many], notify, AT)[0], Alert)
