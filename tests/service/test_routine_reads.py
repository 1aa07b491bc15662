"""What a routine read is spared, no rule misses: the same is found as when everything is asked about every read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from random import Random

import pytest

from nightlatch.adapters.history import routine
from nightlatch.adapters.history.baselines import TrailBaselines
from nightlatch.adapters.history.trails_memory import MemoryTrails, MemoryWaits
from nightlatch.detections import CATALOGUE
from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.answering.policy import Mode, Policy, Protection
from nightlatch.domain.event.events import SecretEvent, Tick
from nightlatch.domain.event.principals import Principal
from nightlatch.domain.event.secrets import SecretRef
from nightlatch.domain.history.examples import AT, a_denial, a_role, a_secret, an_event
from nightlatch.domain.judging.findings import Severity
from nightlatch.service.effects import NoEffects, NothingIsOwn
from nightlatch.service.pipeline import Ports, handle
from service.test_order import cut

DAY_S = 86_400.0
APP, OPERATOR = a_role("app"), a_role("operator")
SECRETS = tuple(a_secret(f"prod/{n}") for n in range(18))
KNOWN, STRANGE = SECRETS[:9], SECRETS[9:]
BULK, PROBING = "access.bulk-read", "access.denied-probing"
Found = dict[tuple[str, str], int]  # rule and subject -> rank of the severity


def a_month() -> Iterator[SecretEvent]:
    """Everybody reads nine of the secrets every other day."""
    yield an_event("ListSecrets", by=a_role("auditor"), after_s=-30 * DAY_S)
    for day in range(2, 20, 2):
        for who in (APP, OPERATOR):
            for number, secret in enumerate(KNOWN):
                yield an_event(secret=secret, by=who, after_s=-day * DAY_S + number)


def polls(who: Principal, secrets: Sequence[SecretRef]) -> Iterator[SecretEvent]:
    """Somebody refreshes what it knows every three minutes of an hour."""
    for turn in range(20):
        for number, secret in enumerate(secrets):
            yield an_event(secret=secret, by=who, after_s=180.0 * turn + number, event_id=f"{who.name}-{turn}-{number}")


def an_hour_of_polling(chance: Random) -> list[SecretEvent]:
    """Two poll a few secrets that they know, and within ten minutes something happens beside it that may matter."""
    events = [*polls(APP, KNOWN[: chance.randrange(7)]), *polls(OPERATOR, KNOWN[: chance.randrange(7)])]
    for number in range(chance.choice([4, 12, 24])):
        secret = chance.choice(KNOWN[:2])
        what = {
            "by": chance.choice([APP, APP, APP, OPERATOR]),
            "after_s": 900 + chance.randrange(600),
            "event_id": f"e{number:02}",
        }
        refused = a_denial("GetSecretValue", secret.name)
        events.append(
            chance.choice(
                [
                    *[an_event(secret=chance.choice(STRANGE), **what)] * 6,
                    an_event(secret=secret, **what),
                    an_event(secret=secret, **{**what, "failure": refused}),
                    an_event("PutResourcePolicy", secret=secret, **{**what, "by": a_role("ops")}),
                    an_event("DescribeSecret", secret=chance.choice(STRANGE), **what),
                    an_event("ListSecrets", **what),
                    an_event("DeleteSecret", secret=secret, **what),
                ]
            )
        )
    return sorted(events, key=lambda event: event.at)


def judged(batches: Sequence[Sequence[SecretEvent]]) -> Found:
    baselines = TrailBaselines(MemoryTrails(), MemoryWaits(), inventory=Inventory(), now=lambda: AT)
    baselines.learn([*a_month()])
    ports = Ports(baselines, NothingIsOwn(), NoEffects())
    policy = Policy(default=Protection(mode=Mode.NOTIFY))
    found: Found = {}
    for batch in [*batches, [Tick(AT + timedelta(days=1))]]:
        for one in handle(batch, rules=CATALOGUE, policy=policy, ports=ports, now=AT).findings:
            found[one.rule, one.subject] = max(one.severity.rank, found.get((one.rule, one.subject), 0))
    return found


@pytest.mark.parametrize("seed", range(60))
def test_no_rule_misses_what_is_not_asked_about_routine_reads(monkeypatch, seed):
    chance = Random(seed)  # noqa: S311 - an invention, not a key
    late = sorted(an_hour_of_polling(chance), key=lambda event: event.at.timestamp() + 600 * chance.random() ** 4)
    batches = [*cut(late, chance)]

    spared = judged(batches)
    monkeypatch.setattr(routine, "_may_be_routine", lambda _: False)

    assert spared == judged(batches)


def test_reads_of_known_secrets_count_beside_those_of_strange_ones():
    news = [an_event(secret=secret, by=APP, after_s=100.0 + n) for n, secret in enumerate(STRANGE[:5])]
    found = [judged([[*polls(APP, KNOWN[:known])], news]) for known in (4, 5)]

    assert [(BULK, f"principal:{APP.key}") in one for one in found] == [False, True]


@pytest.mark.parametrize("after_s", [100.0, 400.0])
def test_a_known_reader_is_judged_with_what_it_did_just_before(after_s):
    news = [an_event(secret=secret, by=APP, after_s=100.0 + n) for n, secret in enumerate(STRANGE[:5])]
    known = [an_event(secret=secret, by=APP, after_s=after_s + n) for n, secret in enumerate(KNOWN[:5])]

    assert (BULK, f"principal:{APP.key}") in judged([news, known[:3], known[3:]])


def test_a_known_reader_that_gets_in_after_a_change_of_the_policy_is_told_with_its_first_read():
    refused = an_event(secret=KNOWN[0], by=APP, after_s=301, failure=a_denial("GetSecretValue", KNOWN[0].name))
    opened = an_event("PutResourcePolicy", secret=KNOWN[0], by=a_role("ops"), after_s=302)
    reads = [an_event(secret=KNOWN[0], by=APP, after_s=at) for at in (300, 303, 304)]

    found = [judged([[reads[0]], [refused], [opened], some]) for some in ([], [reads[1]])]

    assert [one.get((PROBING, f"principal:{APP.key}"), 0) for one in found] == [0, Severity.CRITICAL.rank]


def test_the_change_of_the_policy_may_come_behind_the_read_that_it_let_in():
    refused = an_event(secret=KNOWN[0], by=APP, after_s=301, failure=a_denial("GetSecretValue", KNOWN[0].name))
    opened = an_event("PutResourcePolicy", secret=KNOWN[0], by=a_role("ops"), after_s=302)
    read = an_event(secret=KNOWN[0], by=APP, after_s=303)

    for batches in ([[refused], [read], [opened]], [[read], [refused], [opened]]):
        assert judged(batches).get((PROBING, f"principal:{APP.key}"), 0) == Severity.CRITICAL.rank
