"""Benign story 7: Config, Access Analyzer and Security Hub look at every secret, again and again, some in vain.

AWS Backup is left out: nobody has seen it touch Secrets Manager.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stories.callers import Caller, a_role, a_service_role, by_way_of
from stories.records import Record, arn_of, call, refused
from stories.story import Story

NAMES = [f"app/{n:02}" for n in range(40)]
REGIONS = ("eu-west-1", "us-east-1", "us-west-2", "sa-east-1")
CALLS = ("DescribeSecret", "GetResourcePolicy", "ListSecretVersionIds")
ROUNDS = 4  # a day
CONFIG = a_service_role("config.amazonaws.com", "AWSServiceRoleForConfig")
ANALYZER = a_service_role("access-analyzer.amazonaws.com", "AWSServiceRoleForAccessAnalyzer")
HUB = a_service_role("securityhub.amazonaws.com", "AWSServiceRoleForSecurityHub")
RECORDER = by_way_of(a_role("config-recorder", "AWSConfig-Describe"), "config.amazonaws.com")
_DENIED = "with an explicit deny in a resource control policy"


def _looks(who: Caller, at: float) -> Iterator[Record]:
    """List in each Region, and look at everything where there is something."""
    for place, region in enumerate(REGIONS):
        yield call(who, "ListSecrets", at=at + place, region=region, maxResults=100)
    for n, name in enumerate(NAMES):
        for k, one in enumerate(CALLS):
            yield call(who, one, arn_of(name), at=at + 10 + n * 3 + k)


def _refusals(who: Caller, at: float) -> Iterator[Record]:
    for n in range(12):
        yield refused(who, CALLS[n % 3], arn_of(f"sealed/{n:02}"), at=at + n, why=_DENIED)


def recorded() -> Sequence[Record]:
    """A day of Config, a look of the two others, and what a resource control policy keeps from all three."""
    return [
        *(record for n in range(ROUNDS) for record in _looks(CONFIG, n * 6 * 3600)),
        *_looks(ANALYZER, 1_800),
        *_looks(HUB, 3_600),
        *(record for n, who in enumerate((CONFIG, ANALYZER, HUB)) for record in _refusals(who, 7_200 + 20 * n)),
    ]


def recorded_by_a_role_of_ours() -> Sequence[Record]:
    """The same by a recorder whose role the account made itself."""
    return [*_looks(RECORDER, 0)]


STORIES = (
    Story(name="account-recorders", records=recorded),
    Story(name="recorder-with-a-role-of-ours", records=recorded_by_a_role_of_ours),
)
