"""Attack story 7: nightlatch and the trail are blinded first, then secrets are destroyed that only the service shows.

The page's MON-03 of the heartbeat comes on another path: in a hunt, which this is, the heartbeat is off (ruling 40).
What the attacker did unseen (reads, five calls of DeleteSecret) is not among the records, for nobody wrote it down.
"""

from __future__ import annotations

from collections.abc import Sequence

from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.judging.findings import Severity
from stories.callers import ACCOUNT, a_role
from stories.records import REGION, Record, by_service, call
from stories.story import Story, Told

MALLORY = a_role("ops-admin", "mallory")
RULE, HANDLER = "nightlatch-reads", "nightlatch-detector"
TRAIL = f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/main"
NAMES = [f"prod/{n}" for n in range(5)]


def blinding() -> Sequence[Record]:
    """Mute the rule of the reads, narrow the trail, stop the handler, then stop the trail."""
    pattern = '{"source": ["aws.secretsmanager"], "detail-type": ["AWS API Call via CloudTrail"]}'
    narrow = {
        "readWriteType": "WriteOnly",
        "includeManagementEvents": True,
        "dataResources": [],
        "excludeManagementEventSources": ["kms.amazonaws.com"],
    }
    return [
        call(
            MALLORY,
            "PutRule",
            at=0,
            source="events",
            answer={"ruleArn": f"arn:aws:events:{REGION}:{ACCOUNT}:rule/{RULE}"},
            name=RULE,
            eventPattern=pattern,
            state="ENABLED",
        ),
        call(
            MALLORY,
            "PutEventSelectors",
            at=60,
            source="cloudtrail",
            answer={"trailARN": TRAIL, "eventSelectors": [narrow]},
            trailName="main",
            eventSelectors=[narrow],
        ),
        call(
            MALLORY,
            "PutFunctionConcurrency20171031",
            at=120,
            source="lambda",
            answer={"reservedConcurrentExecutions": 0},
            functionName=HANDLER,
            reservedConcurrentExecutions=0,
        ),
        call(MALLORY, "StopLogging", at=480, source="cloudtrail", name=TRAIL),
    ]


def destruction() -> Sequence[Record]:
    """What reaches anybody of the five deletions: the service's own word."""
    return [*blinding(), *(by_service("StartSecretVersionDelete", name, at=550 + n) for n, name in enumerate(NAMES))]


_BLINDED = (
    Told(catalogue="MON-01", severity=Severity.CRITICAL),
    Told(catalogue="MON-01", severity=Severity.CRITICAL),
    Told(catalogue="MON-02", severity=Severity.CRITICAL),
)
_OURS = Inventory(
    self_resources=frozenset(
        {f"arn:aws:events:{REGION}:{ACCOUNT}:rule/{RULE}", f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{HANDLER}"}
    )
)
STORIES = (
    Story(
        name="blind-then-destroy",
        records=destruction,
        inventory=_OURS,
        tells=(
            *_BLINDED,
            Told(catalogue="DEL-06", severity=Severity.HIGH, secrets=len(NAMES)),
            Told(
                catalogue="DEL-03",
                severity=Severity.CRITICAL,
                secrets=len(NAMES),
                why="five secrets destroyed within seconds with no known call are a mass deletion too (ruling 38)",
            ),
        ),
        incidents=2,  # of the one who blinds, and of the account, for nobody is named behind the destruction
    ),
    Story(name="blind-and-nothing-comes", records=blinding, inventory=_OURS, tells=_BLINDED, incidents=1),
)
