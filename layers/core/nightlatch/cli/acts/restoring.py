"""Runs the verbs for a secret that was deleted: `restore`, which finds out how it can come back, and `references`."""

from __future__ import annotations

from nightlatch.adapters.inventory.pointers import AwsPointers
from nightlatch.cli.acts.acting import Asked, act
from nightlatch.cli.speech.exit_codes import ExitCode
from nightlatch.cli.speech.forms import Form
from nightlatch.cli.speech.terminal import plain
from nightlatch.cli.speech.writing import write
from nightlatch.domain.answering.acting import Moved
from nightlatch.domain.answering.actions import Action, ActionKind
from nightlatch.domain.errors import NotFound, NothingToRestore, Refused
from nightlatch.domain.event.secrets import SecretRef, secret_ref
from nightlatch.domain.secret.versions import SecretState
from nightlatch.reach.connection import Connection
from nightlatch.reach.where import Where, connect
from nightlatch.service.references import find_references


def restore(secret: str, asked: Asked, where: Where, *, key: str | None = None) -> ExitCode:
    """Take a deletion back as far as it has gone: cancel it, or create the secret again from the vault.

    Args:
        secret: Name or ARN.
        asked: How it was asked for.
        where: Which stage or stack.
        key: The KMS key to create it under, where its own no longer works.

    Raises:
        NotFound: No stage or stack of that name.
        Refused: There is nothing to take back, or no way; the message says what would have made one.
        Unavailable: AWS could not be asked.
    """
    connection = connect(where)
    named = connection.secret(secret)
    there = _described(named, connection)
    if there is not None and key is not None:
        raise Refused(f"secret {there.name} is there and has its key; --key is for one that is created again")
    if there is not None and there.deleted_at is not None:
        return act((Action(kind=ActionKind.RESTORE_DELETED, secret=named),), asked, where, connection)
    if there is not None:
        raise NothingToRestore(
            f"secret {there.name} is there, as {there.arn}, and not scheduled for deletion; an earlier secret of its"
            " name goes by its full ARN"
        )
    if asked.direct:
        raise Refused(f"secret {named.name} is gone, and the responder alone opens the vault; leave --direct out")
    return act((Action(kind=ActionKind.RESURRECT, secret=named, key_id=key),), asked, where, connection)


def references(arn: str, where: Where, output: Form) -> ExitCode:
    """Tell who points to an ARN, with the caller's own rights.

    Raises:
        NotFound: No stage or stack of that name.
        Refused: It is not a full ARN.
        Unavailable: AWS could not be asked.
    """
    old = secret_ref(arn, account_id="", region="", by_aws=True)
    if not old.is_full:
        raise Refused(f"{arn} is not the full ARN of a secret; its last six letters are what makes it the old one")
    connection = connect(where)
    there = _described(secret_ref(old.name, account_id=old.account_id, region=old.region), connection)
    pointers = AwsPointers(
        connection.trails,
        connection.client("iam"),
        connection.client("lambda"),
        connection.client("secretsmanager"),
        own_roles=connection.own_roles,
    )
    found = find_references(Moved(old=arn, new=there.arn if there else ""), pointers, connection.now())
    document = {"arn": found.arn, "found": dict(found.found), "not_looked": dict(found.not_looked)}
    write(document, output, lambda: "\n".join(plain(line) for line in found.lines))
    return ExitCode.PARTIAL if found.not_looked else ExitCode.CLEAN


def _described(secret: SecretRef, connection: Connection) -> SecretState | None:
    try:
        return connection.secrets.describe(secret)
    except NotFound:
        return None
