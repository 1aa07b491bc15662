"""What a month of nightlatch costs in one account and Region, by the number of reads: rows for docs/costs.md.

    python tests/benchmarks/costs.py

The store's units are counted (`tests/contracts/test_store_calls.py` holds them against the code), prices are a list of
one day, and the life of the account is assumed. Whoever lives otherwise changes the assumptions and runs it again.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

DAYS, SECONDS_OF_DAY = 30, 86_400
READS_A_DAY = (1_000, 100_000, 10_000_000)


@dataclass(frozen=True)
class Units:
    """What the store bills for: read units and write units."""

    reads: float
    writes: float


# Counted on moto; of each kind the units of one read.
ROUTINE, FIRST_OF_SLOT, FIRST_OF_DAY, NEW_PAIR, WRITE = (
    Units(1, 0),
    Units(1, 1),
    Units(8, 7),
    Units(10, 4),
    Units(12, 4),
)

PAIRS_IN_UNIT = 50  # counts of so many pairs cost one write unit; they ride with what history writes

LOOK, LOOKS = Units(1, 5), 5  # of the keeper after a change: the state before, a new one of 3 KB, that it looked; calls

# US East (N. Virginia), USD, without the free tiers; November 2026.
PRICES = {
    "DynamoDB, million read units": 0.125,
    "DynamoDB, million write units": 0.625,
    "DynamoDB, GB stored": 0.25,
    "DynamoDB, GB kept for point-in-time recovery": 0.20,
    "SQS, million requests": 0.40,
    "Lambda, million requests": 0.20,
    "Lambda, GB second (arm64)": 0.0000133334,
    "CloudWatch, alarm": 0.10,
    "CloudWatch, metric": 0.30,
    "CloudWatch Logs, GB taken in": 0.50,
    "KMS, key": 1.00,
    "Secrets Manager, secret": 0.40,
    "EventBridge, events of AWS services": 0.00,
}

# Assumed.
PAIRS_OF_A_PRINCIPAL = 20  # secrets that one consumer refreshes together
NEWS = 0.002  # of the reads: pairs that are new
WRITES = 0.001  # for each read a write, a label event and the like
WINDOW_S, MOST_IN_BATCH = 5, 100  # of the reads' lane, template.yaml
LAMBDA_GB = 0.5
CALL_S, EVENT_S, BATCH_S = 0.008, 0.0015, 0.015  # of a store call, of judging one event on a third of a core, besides
LOGGED_KB = 2.0  # by one batch
SIGHTING_KB, PAIR_KB, PAIRS_KEPT_DAYS = 0.6, 2.5, 92
SECRETS, PROCESSES = 1_000, 4  # listed by the inventory; warm detectors, each of which asks for it once a minute
DECOYS_ASKED_A_MINUTE = 2
PAGE_KB, PAGE_S = 25, 0.4  # of the inventory, a hundred secrets of which all is known
ALARMS = 49  # template.yaml; without a vault
METRICS_OF_EACH_HOUR = 11  # domain/metrics.py; CloudWatch counts a metric for the hours in which it is written
METRICS_NOW_AND_THEN, HOURS_OF_THESE = 20, 4  # incidents and the like, taken to be written in four hours of a day
METRICS_OF_AN_AUDIT = 9  # written in one hour of a day
MANY_PAGES, OFTEN, RARELY = 10_000, 24, 4  # of counts in six hours; how often a day they are gathered, then and else
DAY_KB, DAYS_KEPT, UNPACK_S = 0.5, 36, 0.00005  # of one secret's counts; of reading one pair out of a page
SQS_TAKES = 10  # messages that one request can bring or delete
POLLS = 5 * 5 * 3 * 60 * 24 * DAYS  # five lanes, five pollers each that ask every twenty seconds
TICKS = 60 * 24 * DAYS
BEATS, NAMES, LOOKUP_S = 60 * 24 * DAYS / 14, 107, 1.0  # heartbeats; names asked of the event history, one a second
INVENTORIES, KNOCKS = 24 * DAYS, 12 * 24 * DAYS  # taken, and asked for by the schedule


def month(reads_a_day: int, *, every_min: int) -> dict[str, float]:
    """Give USD a month by service, where each pair is read so often."""
    reads = reads_a_day * DAYS
    pairs = max(1, round(reads_a_day * every_min / (60 * 24)))
    principals = ceil(pairs / PAIRS_OF_A_PRINCIPAL)
    in_batch = min(MOST_IN_BATCH, max(1.0, min(PAIRS_OF_A_PRINCIPAL, pairs), reads_a_day / SECONDS_OF_DAY * WINDOW_S))
    batches = reads / in_batch
    trails_asked = batches * max(1, min(principals, in_batch / PAIRS_OF_A_PRINCIPAL))
    slots = min(reads, pairs * DAYS * 288)
    firsts = pairs * DAYS
    news, writes = reads * NEWS, reads * WRITES
    read_units = (
        trails_asked * ROUTINE.reads + firsts * FIRST_OF_DAY.reads + news * NEW_PAIR.reads + writes * WRITE.reads
    )
    write_units = (
        slots * FIRST_OF_SLOT.writes + firsts * FIRST_OF_DAY.writes + news * NEW_PAIR.writes + writes * WRITE.writes
    )
    pages = INVENTORIES * SECRETS / 100
    read_units += TICKS + BEATS * 6  # how the heart beats; what was judged of what the event history has
    write_units += writes + BEATS * 8  # that a change was judged; a beat that is sent and comes back
    read_units += writes * LOOK.reads + pages * 100
    write_units += writes * LOOK.writes
    read_units += PROCESSES * (TICKS + TICKS * DECOYS_ASKED_A_MINUTE + pages * PAGE_KB / 4)
    write_units += pages * PAGE_KB + INVENTORIES * 2
    pages_of_counts = min(batches, slots)
    page_units = pages_of_counts * ceil(reads / pages_of_counts / PAIRS_IN_UNIT)
    gathered = pairs * DAYS * (OFTEN if pages_of_counts / DAYS / 4 > MANY_PAGES else RARELY)
    write_units += page_units + gathered
    read_units += page_units / 4 + gathered + KNOCKS
    calls = trails_asked + slots / 25 + firsts * 3 + news * 8 + writes * 10
    handled = batches + 2 * writes + TICKS + KNOCKS + BEATS
    seconds = (calls + writes * LOOKS) * CALL_S + (reads + writes) * EVENT_S + handled * BATCH_S + pages * PAGE_S
    seconds += BEATS * NAMES * LOOKUP_S
    seconds += reads * UNPACK_S + gathered * CALL_S
    stored_gb = (slots / DAYS * 26 / 24 * SIGHTING_KB + pairs * (PAIR_KB + DAYS_KEPT * DAY_KB)) / 1_048_576
    price = PRICES
    return {
        "DynamoDB": read_units / 1e6 * price["DynamoDB, million read units"]
        + write_units / 1e6 * price["DynamoDB, million write units"]
        + stored_gb * (price["DynamoDB, GB stored"] + price["DynamoDB, GB kept for point-in-time recovery"]),
        "SQS": ((reads + 2 * writes) * (1 + 2 / SQS_TAKES) + 2 * TICKS + POLLS) / 1e6 * price["SQS, million requests"],
        "Lambda": handled / 1e6 * price["Lambda, million requests"]
        + seconds * LAMBDA_GB * price["Lambda, GB second (arm64)"],
        "CloudWatch": ALARMS * price["CloudWatch, alarm"]
        + METRICS_OF_EACH_HOUR * price["CloudWatch, metric"]
        + (METRICS_NOW_AND_THEN * HOURS_OF_THESE + METRICS_OF_AN_AUDIT) / 24 * price["CloudWatch, metric"]
        + handled * LOGGED_KB / 1_048_576 * price["CloudWatch Logs, GB taken in"],
        "KMS and two secrets": price["KMS, key"] + 2 * price["Secrets Manager, secret"],
    }


def rows() -> Iterator[str]:
    """Write the table of the page."""
    services = [*month(READS_A_DAY[0], every_min=1)]
    yield f"| reads a day | each pair read | {' | '.join(services)} | USD a month |"
    yield f"| ---: | --- | {' | '.join('---:' for _ in services)} | ---: |"
    for reads in READS_A_DAY:
        for every in (1, 10):
            costs = month(reads, every_min=every)
            parts = " | ".join(f"{cost:,.2f}" for cost in costs.values())
            often = "every minute" if every == 1 else f"every {every} minutes"
            yield f"| {reads:,} | {often} | {parts} | **{sum(costs.values()):,.0f}** |"


def price_list() -> Iterator[str]:
    """Write the prices of the page."""
    yield "| | USD |"
    yield "| --- | ---: |"
    for what, price in PRICES.items():
        yield f"| {what} | {f'{price:.10f}'.rstrip('0').rstrip('.') or '0'} |"


if __name__ == "__main__":
    sys.stdout.write("\n".join([*rows(), "", *price_list()]) + "\n")
