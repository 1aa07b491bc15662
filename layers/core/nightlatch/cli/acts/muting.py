"""Runs `nightlatch mute`: an exemption, or a mute of audits, as an entry for the policy file, or put into force."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import yaml

from nightlatch.cli.acts.pushing import put_in_force
from nightlatch.cli.policy.in_force import parameter_of, stored_in
from nightlatch.cli.speech.exit_codes import ExitCode
from nightlatch.cli.speech.terminal import say
from nightlatch.domain.errors import InvalidPolicy
from nightlatch.policy_file import parse_policy
from nightlatch.reach.where import Where, connect


@dataclass(frozen=True, slots=True)
class Entry:
    """What is not to be heard: an exemption from a rule, or a mute of what audits find."""

    fields: Mapping[str, object]  # those that are empty are left open
    is_of_audit: bool = False

    def added_to(self, document: Mapping[str, Any], end: datetime) -> dict[str, Any]:
        """Give a policy with this entry behind those that it has."""
        known = {name: value for name, value in self.fields.items() if value and (name, value) != ("principal", "*")}
        entry = {**known, "expires": f"{end.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"}
        if not self.is_of_audit:
            return {**document, "exemptions": [*document.get("exemptions", []), entry]}
        part = document.get("audit", {})
        return {**document, "audit": {**part, "mutes": [*part.get("mutes", []), entry]}}


def write_entry(entry: Entry, lasting: timedelta) -> ExitCode:
    """Write the entry as a part of a policy file; nothing of it is in force.

    Raises:
        InvalidPolicy: There is no such rule or check, or it cannot be exempted so.
    """
    document = entry.added_to({}, datetime.now(UTC) + lasting)
    parse_policy({"version": 1, **document}, where="this entry")
    sys.stdout.write(yaml.safe_dump(document, sort_keys=False, allow_unicode=False, width=120))
    say("not in force: put it into your policy file, then nightlatch policy push FILE; or add --push")
    return ExitCode.CLEAN


def push_entry(entry: Entry, lasting: timedelta, where: Where, *, dry_run: bool, yes: bool) -> ExitCode:
    """Put the entry into the policy in force, when the person says yes.

    Raises:
        InvalidPolicy: The entry is wrong, or what is in force is no policy.
        NotFound: No stage or stack.
        Refused: It is too large, or a permission is missing.
        Unavailable: AWS could not be asked.
    """
    connection = connect(where)
    parameter = parameter_of(connection)
    before = stored_in(parameter)
    if before.policy is None:
        raise InvalidPolicy(f"what is in force is no policy, so nothing can be added: {before.why}")
    document = entry.added_to(json.loads(before.policy.to_store()), connection.now() + lasting)
    wanted = parse_policy(document, where="this entry in the policy in force")
    code = put_in_force(wanted, before, connection, where, dry_run=dry_run, yes=yes)
    say("put it into your policy file, too: the next push of a file without it ends it")
    return code
