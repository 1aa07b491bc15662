"""What a person and a script get from `nightlatch hunt`: findings on stdout, the account on stderr, the exit code."""

from __future__ import annotations

import gzip
import json
import os
import re
import sys
import zlib
from collections.abc import Iterator, Sequence
from contextlib import redirect_stdout
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nightlatch.cli.main import run
from own_records import ACCOUNT, GONE, a_secret_arn, in_envelope, own_record
from stories.benign import blue_green

FIELDS = {
    "rule", "catalogue", "severity", "title", "reason", "principal", "secrets", "event_ids",
    "first_seen", "last_seen", "count", "state",
}  # fmt: skip
MALLORY = {
    "type": "IAMUser",
    "principalId": "AIDAEXAMPLEMALLORY",
    "arn": f"arn:aws:iam::{ACCOUNT}:user/mallory",
    "accountId": ACCOUNT,
    "accessKeyId": "AKIAEXAMPLEMALLORY",
    "userName": "mallory",
}
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
BLUE_GREEN = (blue_green.deployed, blue_green.weeks_of_blue)


class Hunted:
    """One run of the command in this process."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code = code
        self.out = out
        self.err = err

    @property
    def findings(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def open(self) -> list[dict[str, Any]]:
        return [finding for finding in self.findings if finding["state"] == "open"]

    @property
    def summary(self) -> dict[str, int]:
        pairs = re.findall(r"(\w+)=(\d+)", self.err.splitlines()[-1])
        return {name: int(number) for name, number in pairs}


@pytest.fixture
def hunt(capsys: pytest.CaptureFixture[str]) -> Any:
    def hunted(*arguments: object, output: str = "jsonl") -> Hunted:
        code = run(["hunt", *map(str, arguments), "--output", output])
        captured = capsys.readouterr()
        return Hunted(code, captured.out, captured.err)

    return hunted


def reads(
    secrets: Sequence[str], *, at: datetime = START, every: timedelta = timedelta(seconds=1)
) -> Iterator[dict[str, Any]]:
    """Give one read of each secret by mallory."""
    for number, secret in enumerate(secrets):
        moment = at + number * every
        yield own_record(
            "get_secret_value",
            userIdentity=MALLORY,
            eventTime=f"{moment:%Y-%m-%dT%H:%M:%SZ}",
            eventID=f"read-{secret}-{moment:%d%H%M%S}",
            requestParameters={"secretId": secret},
        )


SWEPT = [a_secret_arn(f"prod/{number}") for number in range(12)]
SWEEP = list(reads(SWEPT))


def written(folder: Path, name: str, *records: object) -> Path:
    path = folder / name
    path.write_text("".join(f"{json.dumps(record)}\n" for record in records), "utf-8")
    return path


# What is found


def test_a_sweep_is_one_open_finding_that_names_every_secret(hunt, tmp_path):
    found = hunt(written(tmp_path, "x.jsonl", *SWEEP))

    [finding] = found.open
    assert finding.keys() == FIELDS
    assert (finding["catalogue"], finding["severity"], finding["count"]) == ("ACC-01", "HIGH", 12)
    assert sorted(finding["secrets"]) == sorted(SWEPT)
    assert sorted(finding["event_ids"]) == sorted(record["eventID"] for record in SWEEP)
    assert finding["principal"] == MALLORY["arn"]
    assert (finding["first_seen"], finding["last_seen"]) == ("2026-03-02T09:00:00Z", "2026-03-02T09:00:11Z")
    assert "12 secrets" in finding["title"]


def test_the_result_does_not_depend_on_order_files_wrapping_or_repetition(hunt, tmp_path):
    whole = hunt(written(tmp_path, "whole.jsonl", *SWEEP))
    parts = tmp_path / "parts"
    parts.mkdir()
    written(parts, "a", {"Records": SWEEP[::-1][:7]})
    (parts / "b.json.gz").write_bytes(gzip.compress(json.dumps([in_envelope(r) for r in SWEEP[3:]]).encode()))
    written(parts, "c", *SWEEP)

    assert hunt(parts).findings == whole.findings


def test_a_denied_call_and_a_service_event_in_the_same_input_disturb_nobody(hunt, tmp_path):
    quiet = [own_record(name) for name in ("denied_get", "rotation_succeeded", "kms_decrypt", "get_secret_value")]

    assert hunt(written(tmp_path, "x", *quiet)).open == []


def test_a_clean_log_ends_with_zero_and_one_line(hunt, tmp_path):
    found = hunt(written(tmp_path, "x", own_record("denied_get")))

    assert (found.code, found.out) == (0, "")
    assert found.err == "files=1 skipped=0 records=1 malformed=0 findings=0\n"


def test_a_wait_that_the_end_of_the_input_cuts_short_is_judged(hunt, tmp_path):
    """A version is deleted and no call is known: the rule waits for a late call, and none can come any more."""
    found = hunt(written(tmp_path, "x", own_record("end_version_delete")))

    assert [finding["catalogue"] for finding in found.open] == ["DEL-06"]


# History, policy, inventory


def test_a_history_that_is_too_short_to_know_who_reads_what_is_said_to_be(hunt, tmp_path):
    history = written(tmp_path, "history", *reads(SWEPT, at=START - timedelta(days=13)))

    found = hunt(written(tmp_path, "log", *SWEEP), "--history", history)

    assert "days=13.0 (of 14 before it tells who usually reads what)\n" in found.err


def test_history_is_learnt_and_not_judged(hunt, tmp_path):
    days = [START - timedelta(days=back) for back in (20, 10, 3)]
    before = [record for day in days for record in reads(SWEPT, at=day)]
    log, history = written(tmp_path, "log", *SWEEP), written(tmp_path, "history", *before)

    found = hunt(log, "--history", history)

    assert found.findings == []
    assert found.code == 0
    assert "history: files=1 skipped=0 records=36 malformed=0 days=20.0\n" in found.err
    assert found.summary == {"files": 1, "skipped": 0, "records": 12, "malformed": 0, "findings": 0}
    assert len(hunt(log).open) == 1


EXEMPTION = {
    "rule": "ACC-01",
    "principal": MALLORY["arn"],
    "owner": "ana",
    "reason": "yearly review",
    "expires": "2030-01-01T00:00:00Z",
}


def test_an_exemption_keeps_a_finding_out_of_the_count_and_says_so(hunt, tmp_path):
    policy = written(tmp_path, "policy.yaml", {"version": 1, "exemptions": [EXEMPTION]})

    found = hunt(written(tmp_path, "log", *SWEEP), "--policy", policy)

    [finding] = [one for one in found.findings if one["catalogue"] == "ACC-01"]
    assert finding["state"] == "digest"
    assert "ana" in finding["reason"]
    assert "yearly review" in finding["reason"]
    assert found.code == 0


def test_what_a_staged_rule_finds_is_shown_and_counts_for_nothing(hunt, tmp_path):
    staged = {"version": 1, "rules": [{"id": "ACC-01", "stage": "staged"}]}
    policy = written(tmp_path, "policy.yaml", staged)

    found = hunt(written(tmp_path, "log", *SWEEP), "--policy", policy, "--fail-on", "LOW")

    [finding] = [one for one in found.findings if one["catalogue"] == "ACC-01"]
    assert (finding["state"], finding["severity"], finding["count"]) == ("digest", "HIGH", 12)
    assert finding["reason"].endswith("(staged until promoted)")
    assert found.code == 0


def test_an_exemption_that_had_ended_by_then_silences_nothing(hunt, tmp_path):
    ended = {**EXEMPTION, "expires": "2026-01-01T00:00:00Z"}
    policy = written(tmp_path, "policy.yaml", {"version": 1, "exemptions": [ended]})

    assert len(hunt(written(tmp_path, "log", *SWEEP), "--policy", policy).open) == 1


@pytest.mark.parametrize("mode", ["observe", "notify", "protect"])
def test_no_mode_hides_a_finding(hunt, tmp_path, mode):
    policy = written(tmp_path, "policy.yaml", {"version": 1, "defaults": {"mode": mode}})

    assert len(hunt(written(tmp_path, "log", *SWEEP), "--policy", policy).open) == 1


def test_the_inventory_tells_whom_to_trust(hunt, tmp_path):
    policy = {"Statement": [{"Effect": "Allow", "Principal": {"AWS": "999988887777"}, "Action": "*", "Resource": "*"}]}
    record = own_record("put_resource_policy")
    record["requestParameters"]["resourcePolicy"] = json.dumps(policy)
    log = written(tmp_path, "log", record)
    inventory = written(tmp_path, "inventory.json", {"trusted_accounts": ["999988887777"]})

    assert "POL-02" in {finding["catalogue"] for finding in hunt(log).open}
    assert "POL-02" not in {finding["catalogue"] for finding in hunt(log, "--inventory", inventory).open}


def test_the_policys_deployers_hold_beside_an_inventory(hunt, tmp_path):
    (deployer,) = blue_green.DECLARED.deployers
    declared = {"principal": deployer.principal, "owner": "shop", "reason": "deploys", "expires": "2027-01-01"}
    policy = written(tmp_path, "policy.yaml", {"version": 1, "deployers": [declared]})
    inventory = written(tmp_path, "inventory.json", {"decoys": ["prod/admin-keys"]})
    log, history = (written(tmp_path, f"log-{n}", *part()) for n, part in enumerate(BLUE_GREEN))

    told = hunt(log, "--history", history)
    quiet = hunt(log, "--history", history, "--policy", policy, "--inventory", inventory)

    assert {finding["catalogue"] for finding in told.open} == {"ACC-01", "ACC-07"}
    assert quiet.findings == []


@pytest.mark.parametrize(
    ("account", "entry"),
    [
        ("999988887777", "999988887777"),
        ("999988887777", "arn:aws:iam::999988887777:root"),
        ("999988887777", "9999_8888_7777"),
        ("012345670123", "012345670123"),  # YAML 1.1 would read another number, in base eight
        ("000000000007", "000000000007"),
        ("098765432109", "098765432109"),
        ("999988887777", "+999988887777"),
    ],
)
def test_an_account_without_quotes_is_that_account_or_an_error(hunt, tmp_path, account, entry):
    policy = {"Statement": [{"Effect": "Allow", "Principal": {"AWS": account}, "Action": "*", "Resource": "*"}]}
    record = own_record("put_resource_policy")
    record["requestParameters"]["resourcePolicy"] = json.dumps(policy)
    log, file = written(tmp_path, "log", record), tmp_path / "policy.yaml"
    file.write_text(f"version: 1\ninventory:\n  trusted_accounts: [{entry}]\n", "utf-8")

    found = hunt(log, "--policy", file)

    assert "POL-02" in {finding["catalogue"] for finding in hunt(log).open}
    if found.code == 1:
        assert "an account id has 12 digits" in found.err
        assert not entry.isdigit()
    else:
        assert "POL-02" not in {finding["catalogue"] for finding in found.open}


@pytest.mark.parametrize(
    ("option", "content", "said"),
    [
        ("--policy", '{"version": 1, "defaults": {"mod": "notify"}}', "did you mean 'mode'"),
        ("--policy", "version: [", "is no YAML at line 1"),
        ("--policy", "[]", "expected keys and values"),
        ("--inventory", '{"trusted_acounts": []}', "did you mean 'trusted_accounts'"),
        (
            "--policy",
            {"version": 1, "exemptions": [{**EXEMPTION, "rule": "bulk-raed"}]},
            "did you mean 'access.bulk-read'?",
        ),
        ("--policy", "version: 1\nlimits: {}\nversion: 1\n", "key 'version' is there twice, again at line 3; keep one"),
        (
            "--policy",
            "version: 1\ndefaults:\n  mode: protect\n  mode: observe\n",
            "key 'mode' is there twice, again at",
        ),
        ("--policy", "version: 1\n'version': 1\n", "key 'version' is there twice, again at line 2"),
        ("--policy", '{"version": 1,\n"version": 1}', "key 'version' is there twice, again at line 2"),
        ("--policy", "version: 1\nexemptions: [{expires: 2027-02-31}]", "holds a value that is none at line 2"),
        ("--policy", "[" * 9_000, "nests too deeply"),
        ("--policy", "version: 1\x00", "is no YAML"),
        ("--policy", "a: &a [1]\n<<: 7", "is no YAML at line 2"),
        ("--policy", "a: 1\n---\nb: 1", "is no YAML at line 2"),
        ("--policy", "? [a]\n: 1", "is no YAML at line 1"),
        ("--policy", "1: 1", "write every key as a text"),
        ("--policy", "version: 1\ninventory: {trusted_accounts: [0x33C2E4BD2B]}", "an account id has 12 digits"),
        ("--policy", "version: 1\ninventory: {trusted_accounts: [12345670123]}", "an account id has 12 digits"),
        ("--inventory", '{"trusted_accounts": [012345670123]}', "is no JSON at line 1"),
        ("--inventory", "{", "is no JSON at line 1"),
        ("--inventory", '{"decoys": [],\n "decoys": []}', "key 'decoys' is there twice, again at line 2; keep one"),
        ("--inventory", "[" * 9_000, "nests too deeply"),
        ("--inventory", "1" * 9_000, "is no JSON"),
    ],
)
def test_a_wrong_file_of_the_operator_is_one_clear_line(hunt, tmp_path, option, content, said):
    wrong = tmp_path / "wrong"
    wrong.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")

    found = hunt(written(tmp_path, "log", *SWEEP), option, wrong)

    assert (found.code, found.out) == (1, "")
    assert said in found.err
    assert found.err.startswith("error: ")
    assert found.err.count("\n") == 1


def test_a_key_that_a_merge_brings_again_is_no_repetition(hunt, tmp_path):
    policy = tmp_path / "policy.yaml"
    shared = "match: {names: [a]}\n    mode: notify"
    policy.write_text(f"version: 1\nsecrets:\n  - &one\n    {shared}\n  - <<: *one\n    mode: protect\n", "utf-8")

    assert hunt(written(tmp_path, "log", *SWEEP), "--policy", policy).code == 0


# Exit codes


@pytest.mark.parametrize(("fail_on", "code"), [("LOW", 3), ("high", 3), ("CRITICAL", 0)])
def test_fail_on_sets_the_bar(hunt, tmp_path, fail_on, code):
    assert hunt(written(tmp_path, "log", *SWEEP), "--fail-on", fail_on).code == code


def test_without_fail_on_findings_are_told_and_the_hunt_succeeds(hunt, tmp_path):
    found = hunt(written(tmp_path, "log", *SWEEP))

    assert len(found.open) == 1
    assert found.code == 0


def test_a_digest_entry_never_counts(hunt, tmp_path):
    found = hunt(
        written(tmp_path, "log", *(own_record("denied_get", eventID=str(n)) for n in range(4))),
        "--fail-on",
        "INFORMATIONAL",
    )

    assert {finding["state"] for finding in found.findings} == {"digest"}
    assert found.code == 0


def test_a_malformed_record_alone_is_a_partial_result_and_is_listed(hunt, tmp_path):
    log = written(tmp_path, "log", own_record("get_secret_value"), own_record("get_secret_value", eventName=GONE))

    found = hunt(log)

    assert found.code == 4
    assert f"malformed: {log} record 1: " in found.err
    assert found.summary["malformed"] == 1


def test_findings_outrank_a_partial_result(hunt, tmp_path):
    log = written(tmp_path, "log", *SWEEP, "no record")

    assert hunt(log, "--fail-on", "LOW").code == 3
    assert hunt(log).code == 4


def test_a_file_that_cannot_be_read_is_listed_and_the_rest_is_judged(hunt, tmp_path):
    written(tmp_path, "log", *SWEEP)
    (tmp_path / "broken.json.gz").write_bytes(gzip.compress(b'{"Records": []}')[:-9])

    found = hunt(tmp_path)

    assert len(found.open) == 1
    assert f"not read: {tmp_path / 'broken.json.gz'}: " in found.err
    assert (found.summary["files"], found.summary["skipped"]) == (2, 1)
    assert hunt(tmp_path, "--fail-on", "CRITICAL").code == 4


def test_a_log_that_breaks_off_is_judged_up_to_there_and_is_a_partial_result(hunt, tmp_path):
    whole = json.dumps({"Records": SWEEP}).encode()
    packer = zlib.compressobj(wbits=31)
    (tmp_path / "x.json.gz").write_bytes(packer.compress(whole[:-40]) + packer.flush(zlib.Z_SYNC_FLUSH))
    (tmp_path / "y.json").write_bytes(whole[:-40])

    for path in (tmp_path / "x.json.gz", tmp_path / "y.json"):
        found = hunt(path)

        assert found.open[0]["count"] == len(SWEEP) - 1
        assert f"not read to its end, 11 records were: {path}: " in found.err
        assert "breaks off" in found.err
        assert found.code == 4


def test_an_empty_folder_is_not_called_clean(hunt, tmp_path):
    found = hunt(tmp_path)

    assert found.code == 4
    assert "nothing was read" in found.err


def test_thousands_of_malformed_records_do_not_flood_the_terminal(hunt, tmp_path):
    found = hunt(written(tmp_path, "log", *({"n": n} for n in range(5_000))))

    assert len(found.err.splitlines()) < 110
    assert "4,900 more" in found.err
    assert found.summary["malformed"] == 5_000


@pytest.mark.parametrize(
    "arguments", [["hunt"], ["hunt", "no-such-file"], ["hunt", ".", "--fail-on", "BAD"], ["hnt"], ["hunt", ".", "--x"]]
)
def test_wrong_usage_is_one_line_that_names_the_help(capsys, arguments):
    code = run(arguments)

    captured = capsys.readouterr()
    assert code == 2
    assert captured.out == ""
    assert captured.err.startswith("usage: ")
    assert "--help" in captured.err
    assert captured.err.count("\n") == 1


def test_an_interrupt_is_told_by_its_own_code(capsys, monkeypatch, tmp_path):
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("nightlatch.cli.looks.hunting.hunt", interrupted)

    assert run(["hunt", str(written(tmp_path, "log", *SWEEP))]) == 130
    assert capsys.readouterr().err.endswith("interrupted\n")


@settings(max_examples=50)
@given(st.one_of(st.binary(max_size=99), st.sampled_from([b"", b"[", b'{"Records":[{', b"\x1f\x8b", b"[" * 9_000])))
def test_no_bytes_make_a_hunt_fail_or_hide_a_neighbour(data):
    with TemporaryDirectory() as folder:
        Path(folder, "a").write_bytes(data)
        written(Path(folder), "b", *SWEEP)
        shown = StringIO()
        with redirect_stdout(shown):
            code = run(["hunt", folder, "--output", "jsonl"])

    assert code in {0, 4}
    found = [json.loads(line) for line in shown.getvalue().splitlines()]
    assert [one["count"] for one in found if one["catalogue"] == "ACC-01"] == [len(SWEEP)]


# How it looks


def test_json_is_one_document_with_the_same_fields(hunt, tmp_path):
    log = written(tmp_path, "log", *SWEEP)

    assert json.loads(hunt(log, output="json").out) == hunt(log).findings


def test_the_table_says_what_happened_and_why(hunt, tmp_path):
    out = " ".join(hunt(written(tmp_path, "log", *SWEEP), output="table").out.split())

    for text in ("HIGH", "access.bulk-read", "ACC-01", "mallory (IAM user) read 12 secrets", "2026-03-02 09:00:00"):
        assert text in out


def test_an_empty_table_says_so(hunt, tmp_path):
    assert hunt(written(tmp_path, "log", own_record("denied_get")), output="table").out == "no findings\n"


HOSTILE = "\x1b[2J\x1b]8;;https://example.com\x07[red]gone[/red]\u202e:skull:\r\x9b31m\u2028\ud800"


@pytest.mark.parametrize("output", ["table", "json", "jsonl"])
@pytest.mark.parametrize("colour", [False, True])
def test_no_name_out_of_a_log_commands_the_terminal(hunt, tmp_path, monkeypatch, output, colour):
    monkeypatch.setenv("FORCE_COLOR" if colour else "NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "600")  # so that no name is folded over lines
    hostile = {**MALLORY, "userName": f"mallory{HOSTILE}", "arn": f"{MALLORY['arn']}{HOSTILE}"}
    names = [f"{HOSTILE}{number}" for number in range(12)]
    log = written(tmp_path, "log", *({**record, "userIdentity": hostile} for record in reads(names)))

    found = hunt(log, output=output)

    colours_taken_out = re.sub(r"\x1b\[[0-9;]*m", "", found.out) if colour and output == "table" else found.out
    assert all(char.isprintable() or char in "\n\t" for char in colours_taken_out)
    assert colours_taken_out.count("\t") == (0 if colour or output != "table" else 4 * found.out.count("\n"))
    assert "\x1b[2J" not in found.out
    assert "gone" in found.out
    assert "[red]" in colours_taken_out
    assert ":skull:" in colours_taken_out


def test_no_file_name_commands_the_terminal(hunt, tmp_path):
    (tmp_path / "x\x1b[2J\n.json").write_text("no JSON", "utf-8")

    found = hunt(tmp_path)

    assert "\x1b" not in found.err
    assert len(found.err.splitlines()) == 2


def test_no_color_is_honoured(hunt, tmp_path, monkeypatch):
    log = written(tmp_path, "log", *SWEEP)
    monkeypatch.setenv("FORCE_COLOR", "1")
    coloured = hunt(log, output="table").out
    monkeypatch.setenv("NO_COLOR", "1")

    assert "\x1b[" in coloured
    assert not re.search(r"\x1b\[[0-9;]*3\dm", hunt(log, output="table").out)


def test_progress_is_shown_on_a_terminal_alone(hunt, tmp_path, monkeypatch):
    log = written(tmp_path, "log", own_record("denied_get"))
    quiet = hunt(log).err
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")

    loud = hunt(log)

    assert "reading" not in quiet
    assert "\x1b" not in quiet
    assert loud.out == ""
    assert loud.err.splitlines()[-1].endswith("findings=0")
    assert len(loud.err) > len(quiet)


def test_a_value_that_a_log_should_never_hold_is_never_written(hunt, tmp_path):
    planted = "planted-value-that-nobody-may-see"
    records = [
        {**record, "requestParameters": {**record["requestParameters"], "secretString": planted}} for record in SWEEP
    ]
    records.append(own_record("put_secret_value", eventTime=planted, requestParameters={"secretString": planted}))
    log = written(tmp_path, "log", *records)

    for output in ("table", "json", "jsonl"):
        found = hunt(log, output=output)
        assert planted not in found.out + found.err


# Real records


@pytest.fixture
def real_records() -> Path:
    home = os.environ.get("NIGHTLATCH_RECORDS")
    if not home:
        pytest.skip("needs the real records: set NIGHTLATCH_RECORDS to their folder")
    return Path(home)


@pytest.mark.records
def test_the_real_sweep_is_one_open_bulk_read_with_twenty_secrets(hunt, real_records):
    found = hunt(real_records / "stratus/aws.credential-access.secretsmanager-retrieve-secrets.json")

    assert sorted(finding["catalogue"] for finding in found.open) == ["ACC-01", "ACC-07"]  # it was listed first
    assert [len(finding["secrets"]) for finding in found.open] == [20, 20]
    assert found.summary["records"] == 21


@pytest.mark.records
def test_the_real_batch_is_one_finding(hunt, real_records):
    found = hunt(real_records / "stratus/aws.credential-access.secretsmanager-batch-retrieve-secrets.json")

    assert [finding["catalogue"] for finding in found.findings] == ["ACC-02"]
    assert found.summary["records"] == 5


@pytest.mark.records
def test_three_real_refusals_open_nothing(hunt, real_records):
    found = hunt(real_records / "traildiscover")

    assert found.open == []
    assert found.summary["records"] == 3
    assert found.code == 0


@pytest.mark.records
def test_all_real_attacks_together_give_what_each_gives_alone(hunt, real_records):
    found = hunt(real_records / "stratus")

    assert found.summary["records"] == 310
    assert {finding["catalogue"] for finding in found.open} >= {"ACC-01", "ACC-02", "MON-02"}
