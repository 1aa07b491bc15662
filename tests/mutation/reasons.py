"""Why a mutant may survive, one line each, written by whoever looked: by rule, and by what was changed."""

from __future__ import annotations

from collections.abc import Mapping

_FOR_THE_TYPE = "equal: it is there for the type checker, the other side is never empty here"

REASONS: Mapping[str, Mapping[str, str]] = {
    "bulk_read": {
        "is_aws_service(event.principal) or event.principal.is_through_aws -> is_aws_service(event.principal)": (
            "equal: what AWS reads on somebody's way is left out of the reads besides; said first, it costs no trail"
        ),
    },
    "failing": {
        "any(_MANAGED.fullmatch(name) for name in secret.names) -> "
        "all(_MANAGED.fullmatch(name) for name in secret.names)": (
            "equal: the readings of one name differ behind the mark of a service alone"
        ),
    },
    "function_swapped": {
        '"lambda" -> "XXlambdaXX"': "equal: the service is written out and not looked at",
        "3 -> 4": "equal: no function's or role's name holds a slash here",
        'place.split("/", 3) -> place.rsplit("/", 3)': "equal: no function's or role's name holds a slash here",
    },
    "function_tampered": {
        "1 -> 0": "equal: of `_LOOKS`; one at the change itself would be past whenever the one before it is",
        'event.name.startswith(_PERMISSION) and event.request.text("principal") == SECRETS_MANAGER -> '
        'event.request.text("principal") == SECRETS_MANAGER': "equal: no other of these calls has a field `principal`",
    },
    "metadata_enumeration": {
        "trail.named(*_DESCRIBE, *_POLICY) -> trail": "equal: looks are picked by name again; fewer are gone through",
    },
    "name_reused": {
        "before.named(ENDED) -> before": "equal: behind the last deletion nothing but its end is kept of a name",
    },
    "protection_tags": {
        "tag.text('key') or '' -> tag.text('key')": "equal: neither an empty name nor the word None is a credential's",
        "tag.text('value') or '' -> tag.text('value')": "equal: neither no value nor the word None is a credential",
    },
    "read_then_deleted": {
        "deletion is None or deletion.secret is None -> deletion is None": _FOR_THE_TYPE,
        "not deletions or own.secret is None -> own.secret is None": "equal: a cheap question before a dear one",
    },
    "swapped": {
        "may_have_moved(secret, baseline, event) -> (may_have_moved(secret, baseline, event)) or True": (
            "equal: a cheap question before a dear one, which gives the same answer"
        ),
        'move.key_id or "" -> move.key_id': _FOR_THE_TYPE,
    },
    "tampered": {
        'event.name == "PutRule" -> (event.name == "PutRule") or True': (
            "equal: no other of EventBridge's calls here has a field `state`"
        ),
        "is_plain and event.source == EVENTBRIDGE -> is_plain": (
            "equal: PutRule and EnableRule are EventBridge's alone among these calls"
        ),
    },
    "unapproved": {
        'replica.text("region") or "" -> replica.text("region")': (
            "equal: no Region and an empty one are on no list alike; it is there for the type checker"
        ),
    },
    "unusual_context": {
        'around {hour_name(int(facet.value))}" case Kind.ENDPOINT: return None # says the same as the network -> '
        'around {hour_name(int(facet.value))}"': "equal: without its case an endpoint gives None as well",
    },
}
