"""Prints the policies for an organisation: JSON on stdout, what to know before attaching them on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from nightlatch.cli.speech.documents import read_policy
from nightlatch.cli.speech.exit_codes import ExitCode
from nightlatch.cli.speech.terminal import say
from nightlatch.domain.errors import Refused
from nightlatch.domain.guarding.organization_guards import MOST_CHARACTERS, TAG_KEY, TAG_VALUE, Kind, OrganizationGuard

OUR_ROLE = "arn:aws:iam::*:role/nightlatch-ResponderRole-*"  # as CloudFormation names it in a stack `nightlatch`
_BEFORE = {
    Kind.SCP: "An SCP binds neither the management account nor service-linked roles.",
    Kind.RCP: "An RCP needs all features of the organisation, and leaves the management account's secrets alone.",
}


def write(  # noqa: PLR0913 - one parameter is one option
    kind: str,
    policy: Path | None,
    break_glass: Sequence[str],
    own_roles: Sequence[str],
    min_window_days: int,
    *,
    pretty: bool,
) -> ExitCode:
    """Write one policy.

    Raises:
        Refused: Nobody is kept for emergencies, an entry spares everybody, or it is too long for AWS.
        InvalidPolicy: The policy file is wrong.
        Unreadable: It cannot be read.
    """
    named = (*break_glass, *(sorted(read_policy(policy).inventory.break_glass) if policy is not None else ()))
    if not named:
        raise Refused(
            "no policy without a way out: name a role for emergencies with --break-glass, or in --policy FILE"
        )
    wanted = OrganizationGuard(
        break_glass=tuple(dict.fromkeys(named)),
        own_roles=tuple(own_roles) or (OUR_ROLE,),
        min_window_days=min_window_days,
    )
    text = wanted.document(Kind(kind))
    sys.stdout.write(f"{json.dumps(json.loads(text), indent=2) if pretty else text}\n")
    say(f"{len(text)} of {MOST_CHARACTERS} characters. {_BEFORE[Kind(kind)]} Attach it to a test account first.")
    say(f"Secrets with the tag {TAG_KEY}={TAG_VALUE} cannot be deleted at all; a stack under another name: --own-role")
    return ExitCode.CLEAN
