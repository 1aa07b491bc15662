"""Which permissions one call needs: its IAM actions, each with the ARN that AWS asks about and the keys it carries.

The tables of `needed/` hold the operations that functions of ours make, and a few that an intruder with their role
would. An operation that is in none of them is an error that names it, never a call that passes.

Source: service authorization reference (2026), one page per service; each module of `needed/` names its own.
"""

from __future__ import annotations

from nightlatch.local.narrator.calls import ApiCall
from nightlatch.local.permissions.insides import Insides
from nightlatch.local.permissions.needed import functions, identities, keys, looking, objects, secrets, stores, watching
from nightlatch.local.permissions.needed.asking import Table
from nightlatch.local.permissions.policies import Request


class Unmapped(LookupError):
    """Nobody has written down which permissions this operation needs: add it to `needed/`, with its source."""


def needs(call: ApiCall, inside: Insides) -> tuple[Request, ...]:
    """Say which permissions a call needs; none for a call that everybody may make.

    Raises:
        Unmapped: The operation is in no table.
    """
    write = _TABLE.get((call.service, call.name))
    if write is None:
        raise Unmapped(f"{call.service}:{call.name} is called with a function's role and has no place in needed/")
    return tuple(write(call.parameters, inside))


def of_a_person(call: ApiCall, inside: Insides) -> tuple[Request, ...]:
    """Say what somebody may be denied: what the tables say, else the operation itself on what it names."""
    if (call.service, call.name) in _TABLE:
        return needs(call, inside)
    asked = call.parameters
    resource = "*"
    if call.service == "s3" and asked.get("Bucket"):
        resource = "/".join(str(part) for part in (f"arn:aws:s3:::{asked['Bucket']}", asked.get("Key")) if part)
    if call.service == "kms" and (named := asked.get("KeyId") or asked.get("TargetKeyId")):
        resource = inside.key(str(named))
    return (Request(action=f"{call.service}:{call.name}", resource=resource, named=resource),)


_TABLE: Table = {
    **stores.TABLE,
    **secrets.TABLE,
    **keys.TABLE,
    **objects.TABLE,
    **identities.TABLE,
    **functions.TABLE,
    **watching.TABLE,
    **looking.TABLE,
}
