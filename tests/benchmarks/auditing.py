"""How much memory an audit takes, and how many calls a secret costs: at a thousand secrets, and at ten thousand.

    PYTHONPATH=tests python tests/benchmarks/auditing.py [--secrets 1000 10000]

AWS is moto in a process of its own, so that what is measured is the audit alone: every page is read and every secret
judged by every check. The pace is left out and counted instead: what the slowest kind of call would take by itself.
What memory and calls say holds on any machine, what a time says does not.
"""

from __future__ import annotations

import argparse
import functools
import gc
import json
import logging
import os
import resource
import subprocess
import sys
import time
import tracemalloc
from typing import Any

ACCOUNT, REGION = "111122223333", "eu-west-1"
KEYS = 20  # that the secrets share
COLUMNS = (
    *("secrets", "calls", "a secret", "peak KB", "KB held at the end, no caches"),
    *("MB, first page", "MB, last", "minutes, paced", "seconds, here"),
)


def serve(count: int) -> None:
    """Be an account with so many secrets until the input ends; say the port."""
    os.environ["MOTO_ACCOUNT_ID"] = ACCOUNT
    from moto.kms.models import kms_backends  # noqa: PLC0415
    from moto.secretsmanager.models import secretsmanager_backends  # noqa: PLC0415
    from moto.server import ThreadedMotoServer  # noqa: PLC0415

    backend, kms = secretsmanager_backends[ACCOUNT][REGION], kms_backends[ACCOUNT][REGION]
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
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    sys.stdout.write(f"{server.get_host_and_port()[1]}\n")
    sys.stdout.flush()
    sys.stdin.read()


def measure(port: int) -> None:
    """Audit the account that listens there; say what it took."""
    from fakes_posture import premises  # noqa: PLC0415 - before measuring, nothing of it is in memory
    from nightlatch.adapters.aws_clients import Clients  # noqa: PLC0415
    from nightlatch.checks import CHECKS  # noqa: PLC0415
    from nightlatch.domain.posture.checks import judge  # noqa: PLC0415
    from nightlatch.domain.posture.examples import TERMS  # noqa: PLC0415

    port_of_audit = premises(Clients(region=REGION, endpoint_url=f"http://127.0.0.1:{port}").of)
    begun = time.monotonic()
    judged = secrets = 0
    page = port_of_audit.secrets(None)
    rss_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    tracemalloc.start()
    while True:
        secrets += len(page.secrets)
        judged += sum(1 for secret in page.secrets for _ in judge(secret, CHECKS, TERMS))
        if page.token is None:
            break
        page = port_of_audit.secrets(page.token)
    found: dict[str, Any] = {
        "secrets": secrets,
        "judged": judged,
        "calls": dict(port_of_audit.calls_by_action),
        "peak_kb": tracemalloc.get_traced_memory()[1] // 1024,
        "held_kb": _held_kb(),
        "first_page_rss_kb": rss_kb,
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
