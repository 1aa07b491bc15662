"""Runs `nightlatch doctor --live-fire`: shoots at a throw-away secret, shows what nightlatch makes of it, cleans up."""

from __future__ import annotations

import secrets as entropy
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial

from nightlatch.adapters.aws_errors import asking, on_secret
from nightlatch.adapters.history.uses import keys_of
from nightlatch.cli.looks.examining import code_of, show
from nightlatch.cli.speech.exit_codes import ExitCode
from nightlatch.cli.speech.forms import Form
from nightlatch.cli.speech.terminal import confirmed, progress, say
from nightlatch.domain.answering.policy import Mode
from nightlatch.domain.errors import NotFound
from nightlatch.domain.event.calls import READ_VALUES
from nightlatch.domain.event.secrets import SecretRef, may_be_same, secret_ref
from nightlatch.reach.connection import Connection
from nightlatch.reach.where import Where, connect
from nightlatch.service.live_fire import Aim, fire

_PAUSE_S = 2.0
_MOST_INCIDENTS = 50
_WINDOW_DAYS = 7
_AROUND = timedelta(days=30)


def run(where: Where, output: Form, *, under: str, wait_s: float, yes: bool) -> ExitCode:
    """Shoot, wait and clean up.

    Args:
        where: Which nightlatch.
        output: How to write the lines.
        under: How the secret's name begins, by which the policy judges it.
        wait_s: For each thing, how long at most.
        yes: Shoot without asking.

    Raises:
        NotFound: No stage or stack.
        Refused: You may not make or delete a secret, or nobody is there to ask.
        Unavailable: AWS could not be asked.
    """
    connection = connect(where)
    name = f"{under}{entropy.token_hex(4)}"
    say(f"makes {name}, reads it, changes it, schedules its deletion, and at the end deletes it for good")
    say("people are told of the deletion, and of a force deletion when it is over")
    if not yes and not confirmed("Shoot?"):
        return ExitCode.CLEAN
    target, spotter = ThrowAway(connection, name), Spotted(connection)
    with progress() as doing:
        doing("waiting for what nightlatch makes of it")
        lines = list(fire(target, spotter, lambda secret: _aim(connection, secret), partial(_wait, wait_s)))
    show(lines, output)
    return code_of(lines)


def _aim(connection: Connection, secret: SecretRef) -> Aim:
    policy = connection.policy()
    protection = policy.protection_to_act(secret)
    is_told = policy.mode_to_tell((secret,)) is not Mode.OBSERVE
    return Aim(is_told=is_told, is_undone=protection.mode is Mode.PROTECT and protection.undo)


def _wait(at_most_s: float, came: Callable[[], bool]) -> float | None:
    begun = time.monotonic()
    while not came():
        if time.monotonic() - begun > at_most_s:
            return None
        time.sleep(_PAUSE_S)
    return time.monotonic() - begun


class ThrowAway:
    """The port `Target`, with the caller's own rights."""

    def __init__(self, connection: Connection, name: str) -> None:
        self._client = connection.client("secretsmanager")
        self._name = name
        self._is_made = False

    def make(self) -> SecretRef:
        """Make it, with a value that nobody knows."""
        self._is_made = True  # before: an answer that is lost leaves a secret behind
        with on_secret(self._name, "secretsmanager:CreateSecret"):
            made = self._client.create_secret(
                Name=self._name,
                SecretString=entropy.token_urlsafe(18),
                Description="Throw-away secret of nightlatch doctor --live-fire; delete it if you find it",
            )
        return secret_ref(made["ARN"], account_id="", region="", by_aws=True)

    def read(self) -> None:
        """Read its value and look at it not."""
        with on_secret(self._name, "secretsmanager:GetSecretValue"):
            self._client.get_secret_value(SecretId=self._name, VersionStage="AWSCURRENT")

    def change(self) -> None:
        """Give it another value."""
        with on_secret(self._name, "secretsmanager:PutSecretValue"):
            self._client.put_secret_value(SecretId=self._name, SecretString=entropy.token_urlsafe(18))

    def schedule(self) -> None:
        """Schedule its deletion."""
        with on_secret(self._name, "secretsmanager:DeleteSecret"):
            self._client.delete_secret(SecretId=self._name, RecoveryWindowInDays=_WINDOW_DAYS)

    def destroy(self) -> None:
        """Delete it for good; nothing where it was never made."""
        if not self._is_made:
            return
        try:
            with on_secret(self._name, "secretsmanager:DeleteSecret"):
                self._client.delete_secret(SecretId=self._name, ForceDeleteWithoutRecovery=True)
        except NotFound:
            return


class Spotted:
    """The port `Spotter`, read off the tables."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def has_judged(self, call: str, secret: SecretRef) -> bool:
        """Tell whether a call on the secret stands in its history: nobody but us knows it."""
        trails, keys = self._connection.trails, keys_of(secret)
        if call in READ_VALUES:
            return any(trails.readers(keys).values())
        now = self._connection.now()  # the secret is new: all that is known of it is ours
        seen = (one for key in keys for one in trails.between(f"secret:{key}", now - _AROUND, now + _AROUND))
        return any(one.name == call for one in seen)

    def incident_about(self, secret: SecretRef) -> str | None:
        """Give the id of the incident that tells of it."""
        for incident in self._connection.incident_list.newest(_MOST_INCIDENTS):
            if any(may_be_same(secret, other) for finding in incident.findings for other in finding.secrets):
                return incident.id
        return None

    def is_restored(self, secret: SecretRef) -> bool:
        """Tell whether its deletion is cancelled."""
        with asking(f"secret {secret.name}"):
            found = self._connection.client("secretsmanager").describe_secret(SecretId=secret.text)
        return "DeletedDate" not in found
