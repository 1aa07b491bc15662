"""A function that rotates secrets was changed, or somebody else may call it: it sees every future value in clear.

Whoever puts code, a layer, a variable or another role into it gets each new value at the moment it is made, and no
read shows it. Timeout, memory and description alone change nothing of that. What a record does not show counts as
changed, and CloudTrail shows an environment empty, whatever stands in it.

Source: Lambda API reference; real records of three Stratus runs (names with a date, functionName as name or ARN);
design facts 2.4 and 7.3 (A10); ruling 37; ATT&CK T1525, T1648.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from nightlatch.domain.account.inventory import Inventory
from nightlatch.domain.event.events import IAM, LAMBDA, SECRETS_MANAGER, SecretEvent, calls_of
from nightlatch.domain.event.resources import arns_in
from nightlatch.domain.event.secrets import SecretRef, distinct
from nightlatch.domain.history.examples import ACCOUNT, AT, REGION, a_role, a_secret, an_event
from nightlatch.domain.judging.baseline import LATENESS, Baseline
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.judging.rules import Detection, Example, Match, Verdict, Wait

_CODE, _CONFIGURATION, _PERMISSION = "UpdateFunctionCode", "UpdateFunctionConfiguration", "AddPermission"
_RIGHTS = ("AttachRolePolicy", "PutRolePolicy")
_NAMING = ("functionName", "functionArn", "fullyQualifiedArn.relativeId.functionName", "roleName")
_ADDRESS = frozenset({"functionname", "fullyqualifiedarn", "revisionid"})  # which function, not what of it
_HARMLESS = frozenset({"timeout", "memorysize", "description"})
_TELLING = {  # what may be said of a request, in words of ours
    "layers": "layers",
    "role": "role",
    "environment": "environment",
    "vpcconfig": "network",
    "handler": "handler",
    "runtime": "runtime",
}


_TAKES = timedelta(days=1)  # what the function stages so soon after its change, it has taken
# When to look whether it has rotated since: at the end of the wait for late records, then every hour.
_LOOKS = (LATENESS, *(timedelta(hours=hour) for hour in range(1, 24)), _TAKES + LATENESS)


def evaluate(event: SecretEvent, baseline: Baseline) -> Verdict:
    """Fire on every change of a rotation function, the hardest when it rotates within a day.

    One that only gives it more time or room is a note.
    """
    if not event.succeeded or event.request.flag("dryRun") is True or _lets_the_service_call(event):
        return None
    held = baseline.held
    if not held and not baseline.inventory.is_rotation_function(*arns_in(event, *_NAMING)):
        return None if baseline.elapsed else Wait(LATENESS)  # the record that shows the function may be late
    known = "that rotates {secrets}" if held else "that rotates secrets"
    what = "the role of a function" if event.source == IAM else "a function"
    if _is_harmless(event):
        return Match(
            reason="only its timeout, memory or description were changed",
            headline=f"{{who}} changed how long or how large a function runs {known}",
            severity=Severity.LOW,
            secrets=held,
        )
    again = next((look for look in _LOOKS if not baseline.is_past(event.at + look)), None)
    taken = distinct(secret for secret, at in baseline.staged if event.at <= at <= event.at + _TAKES)
    if taken:
        return Match(
            reason=f"{_reason(event)}; within a day it staged new values of {len(taken)} secret{'s'[: len(taken) > 1]}",
            headline=f"{{who}} changed {what} that has rotated {{secrets}} since",
            severity=Severity.CRITICAL,
            secrets=taken,
            again=again,
        )
    return Match(reason=_reason(event), headline=f"{{who}} changed {what} {known}", secrets=held, again=again)


def _lets_the_service_call(event: SecretEvent) -> bool:
    """Tell whether a permission is the one that every rotation needs."""
    return event.name.startswith(_PERMISSION) and event.request.text("principal") == SECRETS_MANAGER


def _is_harmless(event: SecretEvent) -> bool:
    asked = event.request.names - _ADDRESS
    return event.name.startswith(_CONFIGURATION) and bool(asked) and asked <= _HARMLESS


def _reason(event: SecretEvent) -> str:
    if event.name.startswith(_CODE):
        return "its code was replaced"
    if event.name.startswith(_PERMISSION):
        return "somebody else than Secrets Manager may call it now"
    if event.name in _RIGHTS:
        return "the role that it runs with got other rights"
    shown = sorted(_TELLING[name] for name in event.request.names & _TELLING.keys())
    return f"its configuration was changed; the record shows {', '.join(shown) or 'not what of it'}"


_FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:rotate-db"
_REGISTERED = Inventory(rotation_functions=frozenset({f"{_FUNCTION}:live"}))
_UNKNOWN = Inventory()
_LAYER = f"arn:aws:lambda:{REGION}:{ACCOUNT}:layer:extension:1"


def _case(  # noqa: PLR0913 - what a change may meet, one by one
    name: str,
    call: str,
    severity: Severity | None = None,
    *,
    inventory: Inventory = _REGISTERED,
    held: tuple[SecretRef, ...] = (),
    staged: tuple[tuple[SecretRef, datetime], ...] = (),
    **request: object,
) -> Example:
    asked = {"functionName": "rotate-db", **request}
    event = an_event(call, source=LAMBDA, by=a_role("dev-ci", "build"), request=asked)
    baseline = Baseline(inventory=inventory, held=held, staged=staged)
    return Example(name=name, event=event, fires=severity is not None, severity=severity, baseline=baseline)


_PUT_CODE, _PUT_CONFIGURATION = "UpdateFunctionCode20150331v2", "UpdateFunctionConfiguration20150331v2"
_ADD = "AddPermission20150331v2"

DETECTION = Detection(
    id="rotation.function-tampered",
    catalogue="ROT-04",
    title="Rotation function tampered",
    headline="{who} changed the function that rotates {secrets}",
    severity=Severity.HIGH,
    event_names=calls_of(LAMBDA, _CODE, _CONFIGURATION, _PERMISSION, with_date=True) | calls_of(IAM, *_RIGHTS),
    techniques=("T1525", "T1648"),
    evaluate=evaluate,
    blind_spots=(
        "A function is known by `rotation_functions`, by the inventory that is taken each hour, or by a RotateSecret "
        "of the last ninety days that names it; its role by the inventory, or where it is listed there, too. A new "
        "version of a layer, an alias that points elsewhere and whether the code is the same as before are not seen. "
        "That it has rotated since is told within an hour, from what is staged by a session of its name or role; where "
        "nothing is staged it stays HIGH."
    ),
    playbook="""\
Who changed it, and is it a deployment? Ask for the commit; a pipeline that deploys this function may be exempted.
Not meant: stop its rotation before it runs next, it has taken no value until then.
Put the last good code and configuration back, and look at layers, variables and the role for what is left.
It has rotated since (CRITICAL): take the new values for stolen, and rotate again with the mended function.""",
    examples=(
        _case("its code is replaced, the inventory knows it by an alias", _PUT_CODE, Severity.HIGH, publish=True),
        _case(
            "a layer for a function that a record showed",
            _PUT_CONFIGURATION,
            Severity.HIGH,
            inventory=_UNKNOWN,
            held=(a_secret(),),
            layers=[_LAYER],
            environment={},
        ),
        _case(
            "its code is replaced, and an hour later it rotates",
            _PUT_CODE,
            Severity.CRITICAL,
            staged=((a_secret(), AT + timedelta(hours=1)),),
        ),
        _case("everybody may call it", _ADD, Severity.HIGH, principal="*", action="lambda:InvokeFunction"),
        _case("it gets more time", _PUT_CONFIGURATION, Severity.LOW, timeout=60, memorySize=256),
        _case("Secrets Manager may call it", _ADD, principal="secretsmanager.amazonaws.com"),
        _case("a function that rotates nothing", _PUT_CODE, inventory=_UNKNOWN),
        _case("a trial run", _PUT_CODE, dryRun=True),
    ),
)
