"""What each key of a policy means, as an editor shows it; a test holds that none is without words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from nightlatch.cli.policy.audit_words import AUDIT

Words = Mapping[tuple[str, str], str]


def _of(part: str, words: Mapping[str, str]) -> Iterable[tuple[tuple[str, str], str]]:
    return (((part, name), text) for name, text in words.items())


_SILENCE = {
    "principal": "Whose doing: an ARN, in which * and ? stand for any characters.",
    "secrets": "The beginning of the names of the secrets; every secret if left out.",
    "owner": "Who answers for this entry.",
    "reason": "Why it is meant to be so.",
    "expires": "Until when; a date ends at midnight UTC as it begins.",
}
_HOW = {
    "mode": "observe: only record. notify: tell people, with buttons. protect: also undo.",
    "protect": "What is prevented and undone, in protect.",
    "snapshots": "What is kept of a secret's earlier versions.",
}
_MAY = "What is not told: read, change, delete, rotate, policy, key, replicate."
WORDS: Words = dict(
    [
        *(pair for part, words in AUDIT.items() for pair in _of(part, words)),
        *_of(
            "PolicyFile",
            {
                "version": "The form of this file: 1.",
                "defaults": "What holds for every secret that no entry of `secrets` matches.",
                "secrets": "Entries for secrets by name; the first that matches decides.",
                "rules": "Rules on trial: judged and recorded, told to nobody.",
                "exemptions": "What is not told, rule by rule, each with an owner, a reason and an end.",
                "known_actors": "Whose doing is known, such as Terraform, and what they may do untold.",
                "change_windows": "Announced changes, from a beginning to an end.",
                "deployers": "Who makes new roles for old services; these inherit what is known of the old.",
                "approvers": "Who may say yes, in Slack and as which AWS principals.",
                "inventory": "What the account holds and trusts, beside what is found by itself.",
                "routes": "Who hears of what; the first that fits a secret decides, and without any everybody hears.",
                "limits": "How much is done without asking.",
                "telling": "When people are told of many things at once instead of one by one.",
                "audit": "The daily audit: its hour, its limits, and what it finds and does not tell.",
                "tests": "Events that `nightlatch policy test` judges by this file; not part of what is in force.",
            },
        ),
        *_of("_Defaults", _HOW),
        *_of(
            "RoutePart",
            {
                "match": "Which findings take this route; what is left out fits everything.",
                "channels": "Who hears of them.",
                "slack_channel": "Another channel of the same Slack workspace, by its id.",
            },
        ),
        *_of(
            "_About",
            {
                "severity": "This severity and above.",
                "rules": "Beginnings of rules' ids, or catalogue numbers.",
                "accounts": "Account ids.",
                "names": "Names of secrets in which * and ? stand for any characters.",
                "tags": "Tags on one of the secrets, as the inventory saw them, with * and ? in their values.",
            },
        ),
        *_of(
            "TellingPart",
            {
                "digest_hour": "The hour of the daily digest, UTC.",
                "storm_after": "So many incidents within five minutes are told in one message.",
            },
        ),
        *_of("_SecretsPart", {**_HOW, "match": "Which secrets this entry is for."}),
        *_of("_Match", {"names": "Names in which * and ? stand for any characters."}),
        *_of(
            "_Snapshots",
            {
                "pins": "How many superseded versions are kept by a label, 15 at most; 0 for none.",
                "vault": "Keep encrypted copies of values, too; the stack must name the secrets in VaultSecrets.",
            },
        ),
        *_of("_Vault", {"retention_days": "How long copies are kept."}),
        *_of(
            "ProtectPart",
            {
                "undo": "Cancel a scheduled deletion at once.",
                "resurrect": "Create a destroyed secret again from the vault at once.",
                "prevent": "force-delete: a guard in the resource policy denies it; needs inventory.break_glass.",
                "min_window_days": "With a guard: deletions with a shorter recovery window are denied.",
                "keep_policy": "With a guard: others may not change the resource policy.",
            },
        ),
        *_of("RulePart", {"id": "The rule, by either of its names.", "stage": "staged: recorded and told to nobody."}),
        *_of("ExemptionPart", {**_SILENCE, "rule": "The rule, by either of its names; * for every rule."}),
        *_of(
            "ActorPart",
            {
                **_SILENCE,
                "may": _MAY,
                "delete": "ask: deletions are told and undone only by a person's yes. allow: they are recorded.",
            },
        ),
        *_of("WindowPart", {**_SILENCE, "starts": "From when.", "may": _MAY}),
        *_of(
            "DeployerPart",
            {
                **{name: text for name, text in _SILENCE.items() if name != "secrets"},
                "principal": "The role or user that deploys, by its ARN.",
            },
        ),
        *_of(
            "ApproverPart",
            {
                "slack": "The person's Slack user id (Slack: profile, copy member ID).",
                "name": "Who it is, in messages and in the ledger.",
                "principals": "AWS principals that are theirs alone, with * and ?.",
            },
        ),
        *_of(
            "InventoryFile",
            {
                "protected_keys": "KMS keys that secrets need, beside those found.",
                "rotation_functions": "Functions that rotate secrets, beside those found.",
                "self_resources": "Parts of nightlatch that lie outside its stack.",
                "trusted_accounts": "Accounts that are yours: 12 digits in quotes, or any ARN of theirs.",
                "decoys": "Secrets that nothing uses; any call that names one is CRITICAL.",
                "organization_id": "Your organisation, o-….",
                "approved_regions": "Regions where secrets may be, your own too.",
                "approved_keys": "KMS keys that secrets may be moved to.",
                "break_glass": "Principals kept for emergencies; every use is told, and no guard applies to them.",
                "tiers": "How much secrets weigh; the first that matches decides.",
                "scanners": "Who may look through all metadata, by ARN.",
                "secrets": "What is known of single secrets, as `nightlatch inventory show` writes it.",
                "functions": "Rotation functions and their roles.",
                "taken_at": "When the two were found.",
            },
        ),
        *_of("_TierPart", {"names": "Names with * and ?.", "tier": "crown: one severity worse. temp: one milder."}),
        *_of(
            "SecretPart",
            {
                "arn": "Its full ARN.",
                "tier": "Its tier by its tag.",
                "key": "Its KMS key; AWS's own if left out.",
                "rotated_by": "The function that rotates it.",
                "primary_region": "Of a replica, where its primary is.",
                "replica_regions": "Where its replicas are.",
                "owning_service": "The AWS service that manages it.",
                "next_rotation": "When it shall be rotated next.",
                "rotation_window_h": "How many hours its rotation may take.",
                "deleted_at": "When its deletion was scheduled.",
                "lowered_at": "When its tag came to say less.",
                "tags": "The tags that routes ask for, as pairs of key and value.",
            },
        ),
        *_of("FunctionPart", {"arn": "Its ARN.", "role": "The role that it runs as."}),
        *_of(
            "_Limits",
            {
                "act_within_min": "What is older than so many minutes is told and not acted on.",
                "buttons_live_h": "How many hours an offer stands.",
                "acts_per_secret_h": "Acts on one secret in an hour, without asking.",
                "pins_per_secret_h": "Pins of one secret in an hour.",
                "acts_per_h": "Acts in an hour on all secrets, without asking.",
                "war_after": "How often in a day the same is put right before a person must settle it.",
            },
        ),
        *_of(
            "TrialPart",
            {
                "name": "What this is to make sure of.",
                "event": "A CloudTrail record, or several in a row.",
                "example": "A rule whose first example that fires is judged instead of an event.",
                "principal": "With an example: the ARN of who did it.",
                "secret": "With an example: the name of the secret.",
                "expect": "What must come of it: told, recorded or silent, or these and more as keys.",
            },
        ),
        *_of(
            "ExpectedPart",
            {
                "verdict": "told: people, now. recorded: history and digest. silent: no rule fires.",
                "rule": "Look only at what this rule finds.",
                "severity": "The worst that is found.",
                "acts": "What is done without asking: these and no others.",
                "offers": "What is offered to people: these and no others.",
            },
        ),
    ]
)
