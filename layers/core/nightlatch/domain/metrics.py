"""What nightlatch counts about itself, name by name.

The names are a public interface: dashboards and the alarms of operators are built on them, so there is one list and
no other spelling. A metric counts; what was counted stands in the log line beside it.
"""

from __future__ import annotations

from enum import StrEnum


class Metric(StrEnum):
    """A count where it says nothing else, in CloudWatch under the namespace `nightlatch` by the dimension `service`."""

    MESSAGES_JUDGED = "MessagesJudged"  # everything a lane brought, ticks included: the pulse of the detector
    EVENT_LAG = "EventLag"  # seconds from what happened to its judging, one value for each event: ask for p50 and p95
    HEARTBEATS_ARRIVED = "HeartbeatsArrived"  # the only metric that nothing but a heartbeat that came back writes
    HEARTBEAT_AGE = "HeartbeatAge"  # seconds since the last one that came back, measured each minute
    BLIND_SPOTS = "BlindSpots"  # broken paths that the heartbeat function sees: rules, targets, subscriptions, trails
    LOOKS_REFUSED = "LooksRefused"  # what it could not look at, send or end; the log says what
    EVENTS_MISSED = (
        "EventsMissed"  # changes that EventBridge did not bring: found in the history, or in secrets' states
    )
    FINDINGS = "Findings"  # judged, whoever hears of them
    MALFORMED_RECORDS = "MalformedRecords"  # could not be judged; they end in a dead-letter queue
    NOTICES_SHOWN = "NoticesShown"  # one per channel that took it
    NOTICES_FAILED = "NoticesFailed"  # not every channel took it; it comes again
    INCIDENTS_CRITICAL = "IncidentsCritical"  # told for the first time, by their severity then
    INCIDENTS_HIGH = "IncidentsHigh"
    INCIDENTS_MEDIUM = "IncidentsMedium"
    INCIDENTS_LOW = "IncidentsLow"
    TIME_TO_DETECT = "TimeToDetect"  # seconds from an incident's first event until the first channel showed it
    CHANNEL_FAILURES = "ChannelFailures"  # a message that one channel did not take after its tries; the log says which
    RESPONSES = "Responses"  # carried out, or ended by a guard that said no
    RESTORES = "Restores"  # of these, what put something back that was deleted, overwritten or changed
    TIME_TO_RESTORE = "TimeToRestore"  # seconds from the order or offer until it was back; people's time is in it
    RESPONSES_FAILED = "ResponsesFailed"  # could not be carried out; it comes again
    RESPONSES_UNREADABLE = "ResponsesUnreadable"  # looked at in the ledger and passed over; the log says which
    PRESSES_ACCEPTED = "PressesAccepted"  # a button that counted
    PRESSES_REFUSED = "PressesRefused"  # Slack's, but from somebody who may not, or too late
    SECRETS_LISTED = "SecretsListed"  # by each inventory that was finished
    INVENTORY_GAPS = "InventoryGaps"  # what it could not look at; the log says what
    SECRETS_AUDITED = "SecretsAudited"  # by each audit that was finished
    AUDIT_SCORE = "AuditScore"  # percent, of what could be judged
    AUDIT_GAPS = "AuditGaps"  # looks that were refused or not possible; each is a finding
    VIOLATIONS_CRITICAL = "ViolationsCritical"  # that stand, less what is muted
    VIOLATIONS_HIGH = "ViolationsHigh"
    VIOLATIONS_MEDIUM = "ViolationsMedium"
    VIOLATIONS_LOW = "ViolationsLow"
    SECRETS_UNGUARDED = "SecretsUnguarded"  # the policy asks for a guard on them, and they have none
    ROTATIONS_OVERDUE = "RotationsOverdue"
    REQUESTS_FORGED = "RequestsForged"  # not signed by Slack
    SNAPSHOTS_KEPT = "SnapshotsKept"  # states of a secret's metadata that were new
    COPIES_KEPT = "CopiesKept"  # values put into the vault
    COPIES_MISSED = "CopiesMissed"  # values, or secrets as a whole, that the keeper could not look at; the log says why
    COPIES_PROVEN = "CopiesProven"  # opened by a restore drill, and as they were put in
    COPIES_NOT_RESTORABLE = "CopiesNotRestorable"  # did not open, or not as they were put in
