"""Tags that protect a secret were changed, or its description or a tag took in what looks like a credential.

Where a policy asks for a tag, whoever may set tags may let themselves in; and a tag of nightlatch says how a secret
is watched. Neither change touches the secret, so nothing else shows it. Descriptions and tags are not encrypted and
stand in every trail: a credential in them is given away.

Source: Secrets Manager API reference, TagResource, UntagResource and UpdateSecret; design facts 2.1 and 7.4 (A15,
A16); ATT&CK T1098, T1685.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from nightlatch.domain.event.events import SecretEvent, secrets_manager
from nightlatch.domain.history.examples import WAITED, a_denial, a_person, a_secret, an_event, sightings
from nightlatch.domain.history.sightings import succeeded
from nightlatch.domain.judging.baseline import LATENESS, Baseline
from nightlatch.domain.judging.findings import Remedy, Severity
from nightlatch.domain.judging.rules import Detection, Example, Match, Verdict, Wait
from nightlatch.domain.secret.credential_texts import credential_in

OUR_TAGS = "nightlatch:"
_TAG, _UNTAG, _UPDATE = "TagResource", "UntagResource", "UpdateSecret"


def evaluate(event: SecretEvent, baseline: Baseline) -> Verdict:
    """Fire on a changed tag that protects, or on a text that gives a credential away."""
    if not event.succeeded:
        return None
    keys = frozenset(_keys(event))
    of_ours = any(key.startswith(OUR_TAGS) for key in keys)
    of_policy = {key.lower() for key in keys} & _asked_for(event, baseline)
    credential = credential_in(_texts(event))
    done = "taken away" if event.called(_UNTAG) else "set"
    told = [
        *([f"a tag by which nightlatch treats the secret was {done}"] if of_ours else []),
        *([f"a tag that the secret's own policy asks for was {done}"] if of_policy else []),
        *(
            [f"a description or tag holds what looks like {credential}; it is in clear in every trail"]
            * bool(credential)
        ),
    ]
    if told:
        return Match(
            reason="; ".join(told),
            headline=None if of_ours or of_policy else "{who} wrote what looks like a credential beside {secrets}",
            severity=Severity.HIGH if of_ours and event.called(_UNTAG) else None,
        )
    return Wait(LATENESS) if keys and not baseline.elapsed else None  # the policy that asks for them may be late


def _keys(event: SecretEvent) -> Iterator[str]:
    yield from event.request.texts("tagKeys")
    yield from (key for tag in event.request.children("tags") if (key := tag.text("key")) is not None)


def _texts(event: SecretEvent) -> Iterator[str]:
    """Give what the call wrote in clear."""
    for tag in event.request.children("tags"):
        # A tag may be named `password`, with the password for its value.
        yield f"{tag.text('key') or ''}={tag.text('value') or ''}"
    yield event.request.text("description") or ""


def _asked_for(event: SecretEvent, baseline: Baseline) -> frozenset[str]:
    """Give the tags that the policy in force depends on, as far as records show it."""
    if event.secret is None:
        return frozenset()
    changes = baseline.done_to(event.secret, "PutResourcePolicy", "DeleteResourcePolicy").only(succeeded)
    before = changes.upto(event.at)
    return frozenset(before[-1].tag_keys) if before else frozenset()


def _call(name: str, **request: object) -> SecretEvent:
    asked = {"secretId": a_secret().text, **request}
    return an_event(name, secret=a_secret(), by=a_person("mallory"), request=asked)


def _policy(key: str) -> SecretEvent:
    asks = {"StringEquals": {f"aws:ResourceTag/{key}": "orders"}}
    statement = {"Effect": "Allow", "Principal": "*", "Action": "secretsmanager:GetSecretValue", "Condition": asks}
    request = {"resourcePolicy": json.dumps({"Statement": statement})}
    return an_event("PutResourcePolicy", secret=a_secret(), after_s=-86_400, request=request)


def _case(name: str, event: SecretEvent, *known: SecretEvent, severity: Severity | None = None) -> Example:
    """Judge a call, after its wait, with the policies of the secret."""
    baseline = Baseline(on_secret=sightings([*known, event]), settled=WAITED)
    return Example(name=name, event=event, fires=severity is not None, severity=severity, baseline=baseline)


_TEAM = {"key": "team", "value": "orders"}
_PASSWORD = "for the shop, password=Tr0ub4dor&3"  # noqa: S105 - an example of what must not be there

DETECTION = Detection(
    id="change.protection-tags",
    catalogue="CHG-05",
    title="Tags that protect a secret, or its description, were changed",
    headline="{who} changed tags that protect {secrets}",
    severity=Severity.MEDIUM,
    event_names=secrets_manager(_TAG, _UNTAG, _UPDATE),
    techniques=("T1098", "T1685"),
    remedy=Remedy.PUT_TAGS_BACK,
    evaluate=evaluate,
    blind_spots=(
        "Policies in IAM that ask for tags are not read: only the secret's own resource policy of the last ninety days "
        "and the tags of nightlatch, tell which keys protect. What a tag said before is not known, so setting it again "
        "unchanged looks like a change. A credential without one of the usual forms is not recognised, nor one that a "
        "secret was created with."
    ),
    playbook="""\
Put the tag back as your infrastructure code has it.
Ask who changed it: a clean-up of tags often takes those that protect with it.
Nobody knows: see what the principal could do only since then, and what it did.
A credential in clear: take it out, and rotate what it opens. The trail keeps it, and cannot be cleaned.
Your infrastructure code does this at each run? Exempt its principal for the name prefix.""",
    examples=(
        _case(
            "a tag of nightlatch is set",
            _call(_TAG, tags=[{"key": "nightlatch:tier", "value": "temp"}]),
            severity=Severity.MEDIUM,
        ),
        _case(
            "the tag of a guard is taken away",
            _call(_UNTAG, tagKeys=["nightlatch:guard", "team"]),
            severity=Severity.HIGH,
        ),
        _case(
            "a tag that the policy asks for is set",
            _call(_TAG, tags=[_TEAM]),
            _policy("team"),
            severity=Severity.MEDIUM,
        ),
        _case("a password in the description", _call(_UPDATE, description=_PASSWORD), severity=Severity.MEDIUM),
        _case("a tag that nothing asks for", _call(_TAG, tags=[_TEAM]), _policy("owner")),
        _case("an ordinary description", _call(_UPDATE, description="password of the shop: rotated monthly")),
        _case("a refused call", an_event(_UNTAG, failure=a_denial(_UNTAG, "prod/db"))),
    ),
)
