"""Runs the verbs of guards: which secrets shall have one and do not, putting them in, taking one out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.table import Table

from nightlatch.acts import ACTS
from nightlatch.adapters.inventory.account import AwsAccount
from nightlatch.cli.acts.acting import Asked, act, several
from nightlatch.cli.speech.exit_codes import ExitCode
from nightlatch.cli.speech.forms import Form
from nightlatch.cli.speech.terminal import cell, progress, say
from nightlatch.cli.speech.writing import draw, write
from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.answering.policy import Policy
from nightlatch.domain.errors import NotFound, Refused
from nightlatch.domain.event.secrets import SecretRef
from nightlatch.domain.guarding.guard_texts import drift
from nightlatch.reach.connection import Connection
from nightlatch.reach.where import Where, connect
from nightlatch.service.wish import Preview, preview

MOST = 2_000  # secrets looked at in one go: three calls of AWS for each


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """One secret that shall have a guard: what would be done, or why nothing can."""

    name: str
    wished: Preview | None
    says: str

    @property
    def is_due(self) -> bool:
        """Whether something is to be done."""
        return self.wished is not None and bool(self.wished.plan.calls)


def plan(secrets: Sequence[str], where: Where, output: Form) -> ExitCode:
    """Write what `guard apply` would do.

    Raises:
        NotFound: No stage or stack.
        Refused: More secrets shall have a guard than are looked at in one go.
        Unavailable: AWS could not be asked.
    """
    looked = _look(secrets, connect(where))
    rows = [{"secret": one.name, "change": one.says, "due": one.is_due} for one in looked]
    write(rows, output, lambda: _table(looked))
    due = sum(one.is_due for one in looked)
    blocked = sum(one.wished is None for one in looked)
    say(f"guards={len(looked)} due={due} refused={blocked}")
    if not looked:
        say("the policy asks for no guard: mode: protect and protect: {prevent: force-delete} ask for one")
    return ExitCode.PARTIAL if blocked else ExitCode.CLEAN


def apply(secrets: Sequence[str], *, every: bool, asked: Asked, where: Where) -> ExitCode:
    """Put guards in: one after its own plan, many after a list of them.

    Raises:
        NotFound: No stage, stack or secret of that name.
        Refused: Nothing was named, you are no approver, one was refused, or you would lock yourself out.
        Unavailable: AWS could not be asked.
    """
    if bool(secrets) == every:
        raise Refused("name the secrets to guard, or say --all for every one that the policy asks for")
    connection = connect(where)
    looked = _look(secrets, connection) if asked.direct or len(secrets) != 1 else []
    if asked.direct:
        _refuse_to_lock_out(looked, connection)
    if len(secrets) == 1:
        action = Action(kind=ActionKind.APPLY_GUARD, secret=connection.secret(secrets[0]))
        return act([action], asked, where, connection, undo=lambda _: f"guard remove {secrets[0]}")
    draw(_table(looked))
    if not looked:
        say("the policy asks for no guard: mode: protect and protect: {prevent: force-delete} ask for one")
    return several([one.wished for one in looked if one.wished is not None and one.is_due], asked, where, connection)


def remove(secret: str, *, asked: Asked, where: Where) -> ExitCode:
    """Take a guard out, after two people said yes.

    Raises:
        NotFound: No stage, stack or secret of that name.
        Refused: You are no approver, or one more person must say yes.
        Unavailable: AWS could not be asked.
    """
    connection = connect(where)
    action = Action(kind=ActionKind.REMOVE_GUARD, secret=connection.secret(secret))
    return act([action], asked, where, connection, undo=lambda _: f"guard apply {secret}")


def _refuse_to_lock_out(looked: Sequence[Looked], connection: Connection) -> None:
    """Say before anything is planned what AWS would say of a guard that shuts its own author out.

    ValidateResourcePolicy "verifies the policy does not lock out a caller", and the caller is who runs this. Whether
    PutResourcePolicy alone would refuse as well, only a real account can tell; nightlatch never puts without the check.

    Raises:
        Refused: The guard keeps its policy, and does not spare whoever is signed in.
    """
    caller = connection.caller()
    who = caller.arn or caller.key
    guards = [one.wished.action.guard for one in looked if one.wished is not None and one.is_due]
    if all(guard is None or not guard.keeps_policy or guard.spares(who) for guard in guards):
        return
    ways_out = " or ".join(sorted(connection.policy().inventory.break_glass))
    raise Refused(
        f"with --direct {who} would put a guard that denies them to change it again, and AWS's check refuses that:"
        f" leave --direct out, so that the responder puts it, or sign in as {ways_out}"
    )


def _look(secrets: Sequence[str], connection: Connection) -> list[Looked]:
    policy = connection.policy()
    named = [connection.secret(secret) for secret in secrets]
    with progress() as doing:
        doing("listing secrets")
        wanted = named or list(_every(connection, policy))
    looked = []
    with progress(len(wanted)) as doing:
        for number, secret in enumerate(wanted):
            doing("looking at policies", done=number)
            looked.append(_looked_at(secret, connection, policy))
    return looked


def _every(connection: Connection, policy: Policy) -> Iterator[SecretRef]:
    account = AwsAccount(
        connection.client("secretsmanager"),
        connection.client("kms"),
        connection.client("lambda"),
        connection.client("cloudformation"),
        stack=connection.settings.stack,
    )
    token, count = None, 0
    while True:
        page = account.secrets(token)
        for one in page.secrets:
            is_ours = one.owning_service is None and one.primary_region in {None, one.secret.region}
            if is_ours and one.deleted_at is None and policy.protection_of(one.secret.name).is_guarded:
                count += 1
                if count > MOST:
                    raise Refused(f"the policy asks for more than {MOST} guards; name the secrets, some at a time")
                yield one.secret
        token = page.token
        if token is None:
            return


def _looked_at(secret: SecretRef, connection: Connection, policy: Policy) -> Looked:
    action = Action(kind=ActionKind.APPLY_GUARD, secret=secret)
    try:
        wished = preview(action, acts=ACTS, policy=policy, sight=connection.sight, now=connection.now())
    except (NotFound, Refused) as refusal:
        return Looked(name=secret.name, wished=None, says=str(refusal))
    guard = wished.action.guard
    metadata = wished.seen.metadata
    says = str(drift(metadata.policy_text, guard)) if guard is not None and metadata is not None else ""
    return Looked(name=secret.name, wished=wished, says=says)


def _table(looked: Sequence[Looked]) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in ("SECRET", "GUARD"):
        table.add_column(name)
    for one in sorted(looked, key=lambda one: (not one.is_due, one.name)):
        table.add_row(cell(one.name), cell(one.says))
    return table
