"""What a person gets from `nightlatch suggest`: the evidence, and a piece of policy that can be read as it stands."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from nightlatch.cli.looks.policy_snippets import FILL_IN, actor_lines, policy_document, tier_lines
from nightlatch.cli.main import run
from nightlatch.domain.account.tiers import Tier
from nightlatch.domain.judging.findings import Severity
from nightlatch.policy_file import parse_policy
from nightlatch.service.intake import Tally
from nightlatch.service.suggestions import ActorSuggestion, ExemptionSuggestion, Suggestions, TierSuggestion
from nightlatch.service.usage import Care, Deed
from own_records import ACCOUNT, a_secret_arn, own_record

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ROLE = f"arn:aws:iam::{ACCOUNT}:role/eso"
IDENTITY = {
    "type": "AssumedRole",
    "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/eso/refresh",
    "accountId": ACCOUNT,
    "sessionContext": {"sessionIssuer": {"type": "Role", "arn": ROLE, "accountId": ACCOUNT, "userName": "eso"}},
}


def reads(days: int = 4, secrets: int = 12) -> Iterator[dict[str, Any]]:
    for day in range(days):
        for number in range(secrets):
            moment = START + timedelta(days=day, seconds=number)
            yield own_record(
                "get_secret_value",
                userIdentity=IDENTITY,
                eventTime=f"{moment:%Y-%m-%dT%H:%M:%SZ}",
                eventID=f"{day}-{number}",
                requestParameters={"secretId": a_secret_arn(f"app/{number}")},
            )


def deletions(days: int = 4) -> Iterator[dict[str, Any]]:
    for day in range(days):
        moment = START + timedelta(days=day, hours=3)
        yield own_record(
            "delete_secret",
            userIdentity={**IDENTITY, "sessionContext": {"sessionIssuer": {**ISSUER, "arn": f"{ROLE}-teardown"}}},
            eventTime=f"{moment:%Y-%m-%dT%H:%M:%SZ}",
            eventID=f"gone-{day}",
            requestParameters={"secretId": a_secret_arn(f"ci-tmp/{day}")},
            responseElements=None,
        )


ISSUER = {"type": "Role", "accountId": ACCOUNT, "userName": "teardown"}


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "log.jsonl"
    path.write_text("".join(f"{json.dumps(record)}\n" for record in (*reads(), *deletions())), "utf-8")
    return path


def test_the_yaml_is_a_policy_with_marks_where_a_person_must_write(log, capsys):
    assert run(["suggest", str(log), "--output", "yaml"]) == 0

    captured = capsys.readouterr()
    policy = parse_policy(yaml.safe_load(captured.out)).to_domain()
    actor, teardown = policy.exemptions[1], policy.exemptions[0]
    assert {(e.rule, e.principal, e.secrets) for e in (actor, teardown)} == {
        ("access.*", ROLE, "app/"),
        ("deletion.deletion-scheduled", f"{ROLE}-teardown", "ci-tmp/"),
    }
    assert all(e.owner.startswith(FILL_IN) and e.reason.startswith(FILL_IN) for e in policy.exemptions)
    assert all(f"{e.expires:%Y-%m-%d}" == "2026-06-03" for e in policy.exemptions)
    assert captured.err == "files=1 skipped=0 records=52 malformed=0 actors=1 tiers=0 exemptions=1\n"


def test_the_evidence_stands_above_each_entry(log, capsys):
    run(["suggest", str(log), "--output", "yaml"])

    out = capsys.readouterr().out
    assert "# role/eso comes back to 12 secrets below app/, on 4 days: 48 reads" in out
    assert "# first seen 2026-03-02 09:00, last seen 2026-03-05 09:00 UTC" in out
    assert "# 4 findings would go quiet, 0 about it would still be told" in out
    assert "# 4 findings of DEL-01, MEDIUM at worst, about role/eso-teardown and 4 secrets, on 4 days" in out


def test_a_policy_that_takes_all_over_quiets_what_was_said(log, tmp_path, capsys):
    run(["suggest", str(log), "--output", "yaml"])
    policy = tmp_path / "policy.yaml"
    policy.write_text(capsys.readouterr().out, "utf-8")

    def still_open(*more: str) -> list[str]:
        run(["hunt", str(log), "--output", "jsonl", *more])
        found = map(json.loads, capsys.readouterr().out.splitlines())
        return [finding["catalogue"] for finding in found if finding["state"] == "open"]

    assert sorted(still_open()) == [*["ACC-01"] * 4, *["DEL-01"] * 4]
    assert still_open("--policy", str(policy)) == []


def test_the_table_shows_evidence_and_entry_side_by_side(log, capsys):
    assert run(["suggest", str(log)]) == 0

    out = capsys.readouterr().out
    assert all(word in out for word in ("known_actors", "exemptions", "evidence", "expires: 2026-06-03", FILL_IN))
    assert "comes back to 12 secrets" in out


def test_history_counts_as_use(tmp_path, capsys):
    some = list(reads())
    past, now = tmp_path / "past", tmp_path / "now"
    past.write_text("".join(f"{json.dumps(record)}\n" for record in some[:24]), "utf-8")
    now.write_text("".join(f"{json.dumps(record)}\n" for record in some[24:]), "utf-8")

    assert run(["suggest", str(now), "--history", str(past), "--output", "yaml"]) == 0

    captured = capsys.readouterr()
    assert "on 4 days: 48 reads" in captured.out
    assert captured.err.startswith("history: files=1 skipped=0 records=24 malformed=0\n")


@pytest.mark.parametrize("output", ["table", "yaml"])
def test_nothing_to_suggest_is_said(tmp_path, capsys, output):
    path = tmp_path / "x"
    path.write_text(json.dumps(own_record("denied_get")), "utf-8")

    assert run(["suggest", str(path), "--output", output]) == 0

    out = capsys.readouterr().out
    assert "nothing to suggest" in out
    if output == "yaml":
        assert parse_policy(yaml.safe_load(out)).version == 1


@pytest.mark.usefixtures("log")
def test_what_could_not_be_read_is_listed_and_makes_it_partial(tmp_path, capsys):
    (tmp_path / "broken.json").write_text('{"Records": [{"eventName": "x"}]}', "utf-8")

    assert run(["suggest", str(tmp_path)]) == 4

    captured = capsys.readouterr()
    assert "malformed: " in captured.err
    assert "comes back to 12 secrets" in captured.out


def test_what_has_no_harmless_routine_is_counted_on_stderr(tmp_path, capsys):
    root = {"type": "Root", "arn": f"arn:aws:iam::{ACCOUNT}:root", "accountId": ACCOUNT}
    path = tmp_path / "x"
    path.write_text("".join(json.dumps({**r, "userIdentity": root}) for r in reads(secrets=1)), "utf-8")

    run(["suggest", str(path)])

    assert "4 findings come as often and are left to you" in capsys.readouterr().err


# Texts that somebody else has chosen

NASTY = 'x"\n# y: [z]\n\x1b[2J😀: - {"'


def a_suggestion(text: str) -> Suggestions:
    at = START
    actor = ActorSuggestion(
        principal=text, may=(Deed.READ,), prefix=text, secrets=5, days=3, did=((Deed.READ, 15),),
        first_seen=at, last_seen=at,
    )  # fmt: skip
    tier = TierSuggestion(
        name=text, users=(text,), uses=3, days=3, care=(Care.ROTATED,), findings=0, first_seen=at, last_seen=at
    )
    exemption = ExemptionSuggestion(
        rule="deletion.refused", catalogue="DEL-05", principal=text, prefix=text, severity=Severity.MEDIUM,
        findings=3, days=3, secrets=3, first_seen=at, last_seen=at,
    )  # fmt: skip
    return Suggestions(
        actors=(actor,), tiers=(tier,), exemptions=(exemption,), stay=0, expires=at.date(),
        first_record=at, last_record=at, judged=Tally(), learnt=None,
    )  # fmt: skip


def test_no_text_of_a_log_gets_out_of_its_place_in_the_yaml():
    written = policy_document(a_suggestion(NASTY))

    policy = parse_policy(yaml.safe_load(written)).to_domain()
    assert {e.principal for e in policy.exemptions} == {e.secrets for e in policy.exemptions} == {NASTY}
    [tier] = policy.inventory.tiers
    assert (tier.names, tier.tier) == (NASTY, Tier.CROWN)
    assert "\x1b" not in written
    assert all(line.lstrip().startswith(("#", "-")) or ":" in line for line in written.splitlines())


def test_an_entry_for_every_secret_says_that_it_is_one():
    made = a_suggestion("arn:aws:iam::111122223333:role/eso")
    actor = actor_lines(
        ActorSuggestion(
            principal="p", may=(Deed.READ, Deed.CHANGE), prefix="", secrets=5, days=3, did=(),
            first_seen=START, last_seen=START,
        ),
        made.expires,
    )  # fmt: skip

    assert any(line.lstrip().startswith('secrets: ""  # FILL IN') for line in actor)
    assert yaml.safe_load("\n".join(actor))[0]["may"] == ["read", "change"]


def test_a_tier_is_an_entry_of_the_inventory():
    assert yaml.safe_load("\n".join(tier_lines(a_suggestion("pay/db").tiers[0]))) == [
        {"names": "pay/db", "tier": "crown"}
    ]


def test_suggestions_are_documents_for_programs_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "log.json"
    log.write_text(json.dumps({"Records": [*reads(), *deletions()]}), encoding="utf-8")

    run(["suggest", str(log), "--output", "json"])

    found = json.loads(capsys.readouterr().out)
    assert {frozenset(one) for one in found} == {frozenset({"part", "evidence", "entry"})}
    (actor,) = (one["entry"] for one in found if one["part"] == "known_actors")
    assert (actor["principal"], actor["may"], actor["secrets"]) == (ROLE, ["read"], "app/")
