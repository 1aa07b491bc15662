"""Files are read by what they hold, in bounded memory, and whatever is not read is told."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import zlib
from base64 import b64encode
from pathlib import Path

import pytest

from nightlatch.adapters.records import json_window
from nightlatch.adapters.records.log_files import read_records
from nightlatch.domain.event.events import SECRETS_MANAGER
from nightlatch.service.intake import FileSkipped, Malformed, Tally, take_in
from own_records import FOLDER, GONE, in_envelope, own_record

READ, DELETED, LIST = (own_record(name) for name in ("get_secret_value", "delete_secret", "denied_list"))
IDS = {record["eventID"] for record in (READ, DELETED, LIST)}
ALL = [READ, DELETED, LIST]


def everything(_source: str, _name: str) -> bool:
    return True


def read(*paths: Path, wanted=everything) -> tuple[set[str], Tally]:
    events, tally = take_in(read_records(paths, wanted=wanted))
    return {event.event_id for event in events}, tally


def written(folder: Path, name: str, content: object) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    data = (
        content
        if isinstance(content, bytes)
        else (content if isinstance(content, str) else json.dumps(content)).encode()
    )
    path.write_bytes(data)
    return path


def lines(*records: object, end: str = "\n") -> str:
    return "".join(json.dumps(record) + end for record in records)


LAYOUTS = {
    "log file": json.dumps({"Records": ALL}),
    "pretty log file": json.dumps({"Records": ALL}, indent=2),
    "list": json.dumps(ALL),
    "one record per line in a list": "[\n" + ",\n".join(map(json.dumps, ALL)) + "\n]\n",
    "lines": lines(*ALL),
    "lines with blank ones and carriage returns": "\r\n" + lines(*ALL, end="\r\n\r\n"),
    "documents without anything between": lines(*ALL, end=""),
    "pretty documents": "\n".join(json.dumps(record, indent=2) for record in ALL),
    "log files in lines": lines({"Records": ALL[:2]}, {"Records": ALL[2:]}),
    "envelopes": lines(*map(in_envelope, ALL)),
    "LookupEvents": json.dumps(
        {"Events": [{"CloudTrailEvent": json.dumps(r)} for r in ALL], "NextToken": "n"}, indent=1
    ),
    "LookupEvents, its token first": json.dumps(
        {"NextToken": "n", "Events": [{"CloudTrailEvent": json.dumps(r)} for r in ALL]}
    ),
    "texts that hold records": lines(*map(json.dumps, ALL)),
    "with a byte order mark": "\ufeff" + json.dumps(ALL),
    "UTF-16": json.dumps({"Records": ALL}).encode("utf-16"),
    "gzip": gzip.compress(json.dumps({"Records": ALL}).encode()),
    "gzip of lines in two members": gzip.compress(lines(*ALL[:1]).encode()) + gzip.compress(lines(*ALL[1:]).encode()),
    "gzip with zeros behind it": gzip.compress(lines(*ALL).encode()) + bytes(512),
    "the event of a Kinesis consumer": json.dumps(
        {
            "Records": [
                {
                    "eventSource": "aws:kinesis",
                    "eventName": "aws:kinesis:record",
                    "kinesis": {"data": b64encode(json.dumps(record).encode()).decode()},
                }
                for record in ALL
            ]
        }
    ),
    "with a number too long for Python": json.dumps({"Records": ALL}).replace('"bytes"', "1", 1)[:-1]
    + ',"n":'
    + "9" * 5000
    + "}",
}


@pytest.mark.parametrize("name", ["x.json", "x.json.gz", "x.jsonl", "x.json.cloudtrail", "x"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_is_read_under_any_name(tmp_path, layout, name):
    ids, tally = read(written(tmp_path, name, LAYOUTS[layout]))

    assert ids == IDS
    assert tally == Tally(files=1, records=3)


def test_one_record_is_a_file(tmp_path):
    ids, tally = read(written(tmp_path, "x.json", READ))

    assert ids == {READ["eventID"]}
    assert tally == Tally(files=1, records=1)


def test_a_folder_is_read_with_all_below_it(tmp_path):
    written(tmp_path, "a/2026/03/02/one.json.gz", gzip.compress(json.dumps({"Records": [READ]}).encode()))
    written(tmp_path, "b/two", [DELETED])

    ids, tally = read(tmp_path, written(tmp_path.parent, f"{tmp_path.name}.jsonl", lines(LIST)))

    assert ids == IDS
    assert (tally.files, tally.records, tally.skipped) == (3, 3, ())


def test_an_event_in_two_files_is_one_event(tmp_path):
    written(tmp_path, "one", [READ])
    written(tmp_path, "two", [READ, DELETED])

    events, tally = take_in(read_records([tmp_path], wanted=everything))

    assert [event.event_id for event in events] == [READ["eventID"], DELETED["eventID"]]
    assert tally.records == 3


# What is no log


def test_digest_and_insight_files_are_skipped_and_counted(tmp_path):
    digest = {
        "awsAccountId": "111122223333",
        "digestStartTime": "2026-03-02T08:00:00Z",
        "digestS3Bucket": "b",
        "logFiles": [],
    }
    insight = {
        **READ,
        "eventType": "AwsCloudTrailInsight",
        "eventCategory": "Insight",
        "insightDetails": {"state": "Start"},
    }
    written(tmp_path, "digest.json.gz", gzip.compress(json.dumps(digest).encode()))
    written(tmp_path, "insight.json", {"Records": [insight]})
    written(tmp_path, "log.json", {"Records": [DELETED]})

    ids, tally = read(tmp_path)

    assert ids == {DELETED["eventID"]}
    assert [(Path(file.path).name, file.reason, file.harmless) for file in tally.skipped] == [
        ("digest.json.gz", "digest file", True),
        ("insight.json", "insight file", True),
    ]
    assert not tally.is_partial
    assert (tally.files, tally.records) == (3, 1)


def test_an_insight_among_records_hides_none_of_them(tmp_path):
    insight = {"eventType": "AwsCloudTrailInsight", "insightDetails": {}}

    ids, tally = read(written(tmp_path, "x", {"Records": [insight, READ, insight, DELETED]}))

    assert ids == {READ["eventID"], DELETED["eventID"]}
    assert tally == Tally(files=1, records=2)


def test_control_messages_of_a_subscription_are_counted_and_nothing_else(tmp_path):
    control = {"messageType": "CONTROL_MESSAGE", "logEvents": [{"id": "", "timestamp": 1, "message": "CWL CONTROL"}]}
    packed = {"awslogs": {"data": b64encode(gzip.compress(json.dumps(control).encode())).decode()}}

    ids, tally = read(written(tmp_path, "x", lines(control, READ, packed)))

    assert ids == {READ["eventID"]}
    assert tally == Tally(files=1, records=3)


def test_a_log_without_records_was_read(tmp_path):
    _, tally = read(written(tmp_path, "x", {"Records": []}))

    assert tally == Tally(files=1)
    assert not tally.is_partial


def test_an_empty_file_is_skipped_and_harmless(tmp_path):
    _, tally = read(written(tmp_path, "x", b" \n"))

    assert tally.skipped == (FileSkipped(path=str(tmp_path / "x"), reason="empty file", harmless=True),)


def test_an_empty_folder_is_no_clean_result(tmp_path):
    _, tally = read(tmp_path)

    assert tally.files == 0
    assert tally.is_partial


# What is broken


@pytest.mark.parametrize(
    "content",
    [
        b"# a page\nof text\n",
        b"PK\x03\x04zip",
        b"\x00\x01\x02",
        b"time,name\n2026,x\n",
        b"{'eventName': 'x'}",
        b"\xff" * 99,
    ],
)
def test_a_file_that_is_no_json_is_listed_and_the_rest_is_read(tmp_path, content):
    written(tmp_path, "a", content)
    written(tmp_path, "b", ALL)

    ids, tally = read(tmp_path)

    assert ids == IDS
    [file] = tally.skipped
    assert file.path == str(tmp_path / "a")
    assert file.reason.startswith("not JSON")
    assert tally.is_partial


@pytest.mark.parametrize("cut", [1, 40, 200])
@pytest.mark.parametrize("layout", ["log file", "list", "gzip"])
def test_what_came_before_a_break_is_kept_and_the_break_is_told(tmp_path, layout, cut):
    content = LAYOUTS[layout]
    data = content if isinstance(content, bytes) else content.encode()
    many = gzip.compress(json.dumps({"Records": ALL * 300}).encode(), compresslevel=1) if layout == "gzip" else data

    ids, tally = read(written(tmp_path, "x", many[:-cut]))

    assert {READ["eventID"], DELETED["eventID"]} <= ids
    [file] = tally.skipped
    assert "breaks off" in file.reason
    assert file.records == tally.records >= 2
    assert tally.is_partial


DEEP = own_record("get_secret_value", eventID="deep")
DEEP_TEXT = json.dumps(DEEP)[:-1] + ', "x": ' + '{"a": [' * 50_000 + "]}" * 50_000 + "}"


FIRST, REST = json.dumps(READ), ", ".join(map(json.dumps, (DELETED, LIST)))

# One thing, at %s, between a good neighbour and two others.
AROUND = {
    "log file": f'{{"Records": [{FIRST}, %s, {REST}]}}',
    "pretty log file": f'{{\n  "Records": [\n    {FIRST},\n    %s,\n    {REST}\n  ]\n}}\n',
    "list": f"[{FIRST}, %s, {REST}]",
    "list of lines": "[\n" + ",\n".join((FIRST, "%s", json.dumps(DELETED), json.dumps(LIST))) + "\n]\n",
    "lines": "\n".join((FIRST, "%s", json.dumps(DELETED), json.dumps(LIST))) + "\n",
    "documents without anything between": f"{FIRST}%s{json.dumps(DELETED)}{json.dumps(LIST)}",
    "wrapper, its token first": f'{{"NextToken": "n", "Records": [{FIRST}, %s, {REST}]}}',
    "log files in lines": f'{{"Records": [{FIRST}, %s]}}\n{{"Records": [{REST}]}}\n',
}


@pytest.mark.parametrize("layout", AROUND)
@pytest.mark.parametrize("brackets", ['[]{}\\"', ""])
def test_a_record_that_nests_too_deeply_costs_itself_alone(tmp_path, layout, brackets):
    deep = DEEP_TEXT.replace('"x"', json.dumps(brackets))

    ids, tally = read(written(tmp_path, "x", AROUND[layout].replace("%s", deep)))

    assert ids == IDS
    [bad] = tally.malformed
    assert (bad.path, bad.index) == (str(tmp_path / "x"), 1)
    assert bad.reason.startswith("nested too deeply at character")
    assert (tally.records, tally.skipped) == (4, ())


@pytest.mark.parametrize("layout", AROUND)
def test_a_record_too_large_to_hold_costs_itself_alone(tmp_path, layout, monkeypatch):
    monkeypatch.setattr(json_window, "_LARGEST", 1 << 20)
    large = json.dumps(own_record("get_secret_value", eventID="large", userAgent="\\]}" * (1 << 19)))

    ids, tally = read(written(tmp_path, "x", AROUND[layout].replace("%s", large)))

    assert ids == IDS
    [bad] = tally.malformed
    assert bad.index == 1
    assert "larger than 1 MB" in bad.reason
    assert (tally.records, tally.skipped) == (4, ())


@pytest.mark.parametrize("layout", [name for name in AROUND if name != "wrapper, its token first"])
@pytest.mark.parametrize("broken", ["{broken}", '{"a" 1, "b": {"c": "]"}}', '{"a": "\t"}'])
def test_a_broken_record_whose_end_can_be_seen_costs_itself_alone(tmp_path, layout, broken):
    ids, tally = read(written(tmp_path, "x", AROUND[layout].replace("%s", broken)))

    assert ids == IDS
    assert [bad.index for bad in tally.malformed] == [1]
    assert tally.skipped == ()


WHOLE = [layout for layout in AROUND if layout != "log files in lines"]


@pytest.mark.parametrize("layout", WHOLE)
@pytest.mark.parametrize("packing", ["plain", "gzip", "stored", "second member"])
def test_a_small_file_that_breaks_off_gives_every_record_before_the_break(tmp_path, layout, packing):
    text = AROUND[layout].replace("%s", json.dumps(own_record("denied_list", eventID="middle")))
    half = text[: text.index(json.dumps(LIST)) + 9].encode()
    if packing == "plain":
        data = half
    elif packing == "gzip":
        data = broken_off(half)
    elif packing == "stored":  # not compressed within the gzip, as some writers do for small files
        data = gzip.compress(half, compresslevel=0)[:-8]
    else:
        data = gzip.compress(half[:300]) + broken_off(half[300:])

    ids, tally = read(written(tmp_path, "x", data))

    assert ids == {READ["eventID"], "middle", DELETED["eventID"]}
    assert tally.is_partial
    if packing != "plain" or layout not in {"lines", "documents without anything between"}:
        [file] = tally.skipped
        assert "breaks off" in file.reason
        assert (file.records, tally.malformed) == (3, ())


def broken_off(data: bytes) -> bytes:
    """Compress so far and break off, as an upload does that was interrupted."""
    packer = zlib.compressobj(wbits=31)
    return packer.compress(data) + packer.flush(zlib.Z_SYNC_FLUSH)


@pytest.mark.parametrize("layout", ["list", "lines"])
def test_the_shortest_records_before_a_break_are_kept(tmp_path, layout):
    fields = ("eventSource", "eventName", "eventTime", "eventID")
    short = [json.dumps({name: record[name] for name in fields}) for record in ALL]
    text = f"[{short[0]},{short[1]},{short[2][:-9]}" if layout == "list" else "\n".join(short)[:-9]

    ids, tally = read(written(tmp_path, "x", broken_off(text.encode())))

    assert ids == {READ["eventID"], DELETED["eventID"]}
    assert [(file.reason, file.records) for file in tally.skipped] == [("compressed data breaks off or is damaged", 2)]


@pytest.mark.parametrize("keep", range(1, 30))
def test_no_gzip_that_breaks_off_is_called_read(tmp_path, keep):
    _, tally = read(written(tmp_path, "x", gzip.compress(json.dumps([]).encode())[:keep]))

    assert tally.is_partial is (keep < 22)


@pytest.mark.parametrize(
    ("rest", "reason"),
    [
        (b"garbage", "the data behind the compressed part is no gzip; unpack it apart"),
        (b"x", "the data behind the compressed part is no gzip; unpack it apart"),
        (bytes(9) + b"x", "the data behind the compressed part is no gzip; unpack it apart"),
        (json.dumps(LIST).encode(), "the data behind the compressed part is no gzip; unpack it apart"),
        (gzip.compress(json.dumps(LIST).encode(), mtime=0)[:-20], "compressed data breaks off or is damaged"),
        (b"\x1f\x8b", "compressed data breaks off or is damaged"),
    ],
)
@pytest.mark.parametrize("members", [1, 2])
def test_what_follows_a_whole_gzip_and_is_none_is_told(tmp_path, rest, reason, members):
    parts = [lines(READ, DELETED)] if members == 1 else [lines(READ), lines(DELETED)]

    ids, tally = read(written(tmp_path, "x", b"".join(gzip.compress(part.encode()) for part in parts) + rest))

    assert ids == {READ["eventID"], DELETED["eventID"]}
    assert [file.reason for file in tally.skipped] == [reason]
    assert tally.is_partial


def test_a_gzip_with_a_wrong_checksum_gives_its_records_and_is_told(tmp_path):
    data = bytearray(gzip.compress(lines(*ALL).encode()))
    data[-6] ^= 1

    ids, tally = read(written(tmp_path, "x", bytes(data)))

    assert ids == IDS
    assert [file.reason for file in tally.skipped] == ["compressed data breaks off or is damaged"]


def test_a_list_that_is_broken_beyond_repair_gives_what_came_before_and_is_told(tmp_path):
    ids, tally = read(written(tmp_path, "x", f'[{json.dumps(READ)}, {{"a": "cut, {json.dumps(DELETED)}]'))

    assert ids == {READ["eventID"]}
    assert "at character" in tally.skipped[0].reason
    assert tally.is_partial


@pytest.mark.parametrize(
    "rest", [", {}: 1}", ", 7: 1}", ', "a" 1}', ', "a": }', "}}", ', "x": ' + "[" * 9_000 + "]" * 9_000 + "}"]
)
def test_a_wrapper_that_is_wrong_behind_its_records_costs_none_of_them(tmp_path, rest):
    ids, tally = read(written(tmp_path, "x", f'{{"Records": {json.dumps(ALL)}{rest}'))

    assert ids == IDS
    assert tally.is_partial


def test_a_payload_that_cannot_be_read_costs_itself_alone(tmp_path):
    texts = [b64encode(json.dumps(record).encode()).decode() for record in ALL]
    texts.insert(1, "%%")
    event = {"records": [{"recordId": str(number), "data": text} for number, text in enumerate(texts)]}

    ids, tally = read(written(tmp_path, "x", event))

    assert ids == IDS
    assert tally.malformed == (Malformed(str(tmp_path / "x"), 1, "the payload is no base64"),)


def test_a_deep_record_in_the_answer_of_lookup_events_costs_itself_alone(tmp_path):
    texts = [json.dumps(READ), DEEP_TEXT, json.dumps(DELETED), json.dumps(LIST)]
    answer = json.dumps({"Events": [{"CloudTrailEvent": text} for text in texts]})

    ids, tally = read(written(tmp_path, "x", answer))

    assert ids == IDS
    assert [bad.index for bad in tally.malformed] == [1]


@pytest.mark.parametrize(
    "broken", ['{"eventName": "cut', "{]", "nonsense", '{"a": {"b": 1}', '{"a": "\t"}', '{"a":' * 100_000]
)
@pytest.mark.parametrize("place", [0, 1, 3])
def test_a_broken_line_never_stops_its_neighbours(tmp_path, broken, place):
    content = [*map(json.dumps, ALL)]
    content.insert(place, broken)

    ids, tally = read(written(tmp_path, "x.jsonl", "\n".join(content) + "\n"))

    assert ids == IDS
    assert [(bad.index, bad.path) for bad in tally.malformed] == [(place, str(tmp_path / "x.jsonl"))]


def test_a_record_nobody_can_judge_is_listed_with_its_place_and_the_rest_is_read(tmp_path):
    nameless = own_record("get_secret_value", eventName=GONE)

    ids, tally = read(written(tmp_path, "x", {"Records": [READ, nameless, "text", DELETED, None, LIST]}))

    assert ids == IDS
    assert [bad.index for bad in tally.malformed] == [1, 2, 4]
    assert tally.malformed[0] == Malformed(str(tmp_path / "x"), 1, f"record {nameless['eventID']} has no eventName")
    assert tally.records == 6
    assert tally.is_partial


def test_a_folder_behind_a_link_is_listed_and_read_when_it_is_named(tmp_path):
    (tmp_path / "logs").mkdir()
    written(tmp_path / "logs", "log", ALL)
    (tmp_path / "given").mkdir()
    link = tmp_path / "given" / "linked"
    link.symlink_to(tmp_path / "logs")

    ids, tally = read(tmp_path / "given")

    assert not ids
    assert [(file.path, file.harmless) for file in tally.skipped] == [(str(link), False)]
    assert read(link)[0] == IDS


def test_a_file_that_may_not_be_opened_is_listed(tmp_path):
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe")  # opening it would wait for ever
    written(tmp_path, "log", ALL)

    ids, tally = read(tmp_path)

    assert ids == IDS
    assert {(Path(file.path).name, file.reason) for file in tally.skipped} == {
        ("gone", "no such file or directory"),
        ("pipe", "no regular file"),
    }


# What nobody reads


def test_records_that_no_rule_reads_are_counted_and_left(tmp_path):
    other = own_record("kms_decrypt")

    ids, tally = read(written(tmp_path, "x", [READ, other]), wanted=lambda source, _name: source == SECRETS_MANAGER)

    assert ids == {READ["eventID"]}
    assert tally == Tally(files=1, records=2)


@pytest.mark.parametrize("field", ["eventSource", "eventName", "eventTime"])
def test_a_malformed_record_is_told_whether_or_not_anybody_would_read_it(tmp_path, field):
    _, tally = read(written(tmp_path, "x", [own_record("kms_decrypt", **{field: GONE})]), wanted=lambda *_: False)

    assert len(tally.malformed) == 1


def test_other_services_own_events_in_an_archive_are_no_broken_records(tmp_path):
    other = in_envelope(
        {"state": "running"}, source="aws.ec2", **{"detail-type": "EC2 Instance State-change Notification"}
    )

    ids, tally = read(written(tmp_path, "x", lines(other, own_record("label_updated"))))

    assert ids == {own_record("label_updated")["id"]}
    assert tally == Tally(files=1, records=2)


# How much memory


MEASURE = """
import json, sys, tracemalloc
from pathlib import Path
from nightlatch.adapters.records.log_files import read_records
from nightlatch.domain.event.events import SECRETS_MANAGER
from nightlatch.service.intake import take_in

tracemalloc.start()
events, tally = take_in(read_records([Path(sys.argv[1])], wanted=lambda source, _name: source == SECRETS_MANAGER))
print(json.dumps([[event.event_id for event in events], tally.records, tracemalloc.get_traced_memory()[1]]))
"""


@pytest.mark.parametrize("shape", ["log", "lines"])
def test_memory_stays_small_however_large_the_file(tmp_path, shape):
    other = json.dumps(own_record("kms_decrypt"))
    path = tmp_path / "x.json.gz"
    with gzip.open(path, "wt", compresslevel=1) as file:
        file.write('{"Records":[' if shape == "log" else "")
        for _ in range(8_000):  # 9 MB of text
            file.write(other + (",\n" if shape == "log" else "\n"))
        file.write(json.dumps(READ) + ("]}" if shape == "log" else "\n"))

    # In a process of its own: stages of other tests allocate in theirs at the same time.
    done = subprocess.run((sys.executable, "-c", MEASURE, str(path)), capture_output=True, text=True, check=True)
    ids, records, peak = json.loads(done.stdout)

    assert ids == [READ["eventID"]]
    assert records == 8_001
    assert peak < 4 << 20


# Real records


@pytest.mark.records
def test_real_records_are_all_read():
    home = os.environ.get("NIGHTLATCH_RECORDS")
    if not home:
        pytest.skip("needs the real records: set NIGHTLATCH_RECORDS to their folder")

    events, tally = take_in(read_records([Path(home, "stratus"), Path(home, "traildiscover")], wanted=everything))

    assert (tally.files, tally.records, tally.malformed, tally.skipped) == (38, 313, (), ())
    assert len(events) == 313
    denied = [event for event in events if event.source == SECRETS_MANAGER and event.denied]
    assert {secret.text for event in denied for secret in event.secrets} == {"TrailDiscover", "TrailDiscoverSecretId"}
    reads = [event for event in events if event.called("GetSecretValue") and event.succeeded]
    assert len({event.secrets for event in reads}) == 20


@pytest.mark.records
def test_our_own_records_have_only_fields_that_real_ones_have():
    home = os.environ.get("NIGHTLATCH_RECORDS")
    if not home:
        pytest.skip("needs the real records: set NIGHTLATCH_RECORDS to their folder")
    real: set[str] = set()
    for path in (*Path(home, "stratus").iterdir(), *Path(home, "traildiscover").iterdir()):
        document = json.loads(path.read_text("utf-8"))
        real.update(key for record in (document if isinstance(document, list) else [document]) for key in record)
    # Documented fields that this sample happens to lack.
    documented = {
        "additionalEventData",
        "serviceEventDetails",
        "sharedEventID",
        "sessionCredentialFromConsole",
        "resources",
        "vpcEndpointId",
        "vpcEndpointAccountId",
    }

    for path in FOLDER.glob("parse_*.json"):
        own = json.loads(path.read_text("utf-8"))
        if "detail-type" not in own:
            assert own.keys() <= real | documented, path.name
