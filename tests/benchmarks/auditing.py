"""How much memory an audit takes, and how many calls a secret costs: at a thousand secrets, and at ten thousand.

    PYTHONPATH=tests python tests/benchmarks/auditing.py [--secrets 1000 10000]

The account is the stage's own AWS, corrected, guarded and narrated, in a process of its own. What is measured is a
whole audit: every page is read, every secret judged by every check, every finding kept in a book on disk, and at the
end the report is written as JSON and as a page. The pace is left out and counted instead: what the slowest kind of call
would take by itself. Some 20 MB of what is held are AWS's models of what is asked for the account as a whole; whether
it grows is the question. What memory and calls say holds on any machine, what a time says does not.
"""

from __future__ import annotations

import argparse
import functools
import gc
import json
import os
import resource
import subprocess
import sys
import time
import tracemalloc
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ACCOUNT, REGION = "111122223333", "eu-west-1"
KEYS = 20  # that the secrets share
COLUMNS = (
    *("secrets", "findings", "calls", "a secret", "peak KB", "KB held at the end, no caches"),
    *("MB, first page", "MB, last", "minutes, paced", "seconds, here"),
)


def serve(count: int) -> None:
    """Be an account with so many secrets until the input ends; say the port."""
    os.environ["MOTO_ACCOUNT_ID"] = ACCOUNT
    from moto.kms.models import kms_backends  # noqa: PLC0415
    from moto.secretsmanager.models import secretsmanager_backends  # noqa: PLC0415

    from nightlatch.local.aws.moto_server import MotoServer  # noqa: PLC0415

    with MotoServer(tell=lambda _: None, account_id=ACCOUNT) as server:
        _plant(count, secretsmanager_backends[ACCOUNT][REGION], kms_backends[ACCOUNT][REGION])
        sys.stdout.write(f"{server.port}\n")
        sys.stdout.flush()
        sys.stdin.read()


def _plant(count: int, backend: Any, kms: Any) -> None:
    """Make the secrets without asking for each over HTTP."""
    keys = [
        kms.create_key(None, "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", "of a benchmark", [], False).arn  # noqa: FBT003
        for _ in range(KEYS)
    ]
    for number in range(count):
        backend.create_secret(
            name=f"prod/service-{number:05}/db",
            secret_string="{}",
            secret_binary=None,
            description="The login of a service.",
            tags=[{"Key": "owner", "Value": "orders"}],
            kms_key_id=keys[number % KEYS],
            client_request_token=None,
            replica_regions=[],
            force_overwrite=False,
        )


def measure(port: int) -> None:
    """Audit the account that listens there; say what it took."""
    from audits import a_report  # noqa: PLC0415 - before measuring, nothing of it is in memory
    from fakes_posture import premises  # noqa: PLC0415
    from nightlatch.adapters.aws_clients import Clients  # noqa: PLC0415
    from nightlatch.adapters.books.book_sqlite import SqliteBook  # noqa: PLC0415
    from nightlatch.cli.report.writing import FORMS  # noqa: PLC0415
    from nightlatch.service.audit import audit  # noqa: PLC0415
    from nightlatch.service.audit_pages import Yardstick  # noqa: PLC0415
    from nightlatch.service.audit_ports import AuditPorts  # noqa: PLC0415

    premises_of_audit = premises(Clients(region=REGION, endpoint_url=f"http://127.0.0.1:{port}").of, account_id=ACCOUNT)
    begun, rss_kb = time.monotonic(), [0]
    now = datetime.now(UTC)

    def after_a_page(_run: object) -> None:
        """Measure what Python holds from the first page on; before it, models of AWS are read and modules come in."""
        if not rss_kb[0]:
            rss_kb[0] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            tracemalloc.start()

    with TemporaryDirectory() as folder:
        book = SqliteBook(Path(folder) / "book")
        until = now + timedelta(days=1)
        done = audit(
            AuditPorts(premises_of_audit, book),
            by=Yardstick(),
            now=lambda: now,
            until=until,
            at_once=True,
            heard=after_a_page,
        )
        assert done.run is not None
        report = a_report(run=done.run, findings=book.findings)
        with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
            for form in ("json", "html"):
                nowhere.writelines(FORMS[form](report))
        findings = sum(1 for _ in book.findings())
    found: dict[str, Any] = {
        "secrets": done.run.secrets,
        "findings": findings,
        "calls": dict(premises_of_audit.calls_by_action),
        "peak_kb": tracemalloc.get_traced_memory()[1] // 1024,
        "held_kb": _held_kb(),
        "first_page_rss_kb": rss_kb[0],
        "rss_kb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
        "seconds": round(time.monotonic() - begun, 1),
    }
    sys.stdout.write(json.dumps(found))


def _held_kb() -> int:
    """Say what is still held once the caches are let go that every part of nightlatch shares, bounded as they are."""
    for one in gc.get_objects():
        if isinstance(one, functools._lru_cache_wrapper):
            one.cache_clear()
    gc.collect()
    return tracemalloc.get_traced_memory()[0] // 1024


def row(count: int) -> str:
    """Audit an account of so many secrets, and write what it took as a row."""
    from nightlatch.adapters.posture.needs import NEEDS  # noqa: PLC0415 - the child that serves needs none of it

    environment = {**os.environ, "AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
    command = [sys.executable, __file__]
    with subprocess.Popen([*command, "--serve", str(count)], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        port = server.stdout.readline().decode().strip()
        said = subprocess.run(
            [*command, "--measure", port], env=environment, check=True, capture_output=True, text=True
        ).stdout
        server.terminate()
    found = json.loads(said)
    calls = sum(found["calls"].values())
    paced_min = max(made / NEEDS[action].per_second for action, made in found["calls"].items()) / 60
    cells = (
        f"{found['secrets']:,}",
        f"{found['findings']:,}",
        f"{calls:,}",
        f"{calls / found['secrets']:.2f}",
        f"{found['peak_kb']:,}",
        f"{found['held_kb']:,}",
        f"{found['first_page_rss_kb'] / 1024:.0f}",
        f"{found['rss_kb'] / 1024:.0f}",
        f"{paced_min:.0f}",
        f"{found['seconds']:.0f}",
    )
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--secrets", type=int, nargs="+", default=[1_000, 10_000])
    parser.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--measure", type=int, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.serve is not None:
        serve(asked.serve)
    elif asked.measure is not None:
        measure(asked.measure)
    else:
        print(f"| {' | '.join(COLUMNS)} |")
        print(f"| {' | '.join('---:' for _ in COLUMNS)} |")
        for count in asked.secrets:
            print(row(count), flush=True)


if __name__ == "__main__":
    main()
