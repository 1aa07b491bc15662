"""A secret to shoot at, made and destroyed with the caller's own rights.

After this module a reader knows which calls live fire makes: CreateSecret, GetSecretValue, PutSecretValue, DeleteSecret
(scheduled, then forced) and DescribeSecret, all on one secret of a name that was drawn for it.

Source: Secrets Manager API reference, DeleteSecret: a force deletion of a secret that waits to be deleted is taken, one
of a secret that does not exist is no error, and the secret goes in the background.
"""

from __future__ import annotations

import secrets as entropy
import shlex

from nightlatch.adapters.aws_errors import on_secret
from nightlatch.domain.errors import NotFound
from nightlatch.domain.event.secrets import SecretRef, secret_ref
from nightlatch.reach.connection import Connection

_WINDOW_DAYS = 7


class ThrowAway:
    """The port `Target`.

    Args:
        connection: Whose rights.
        name: What it is called.
        options: What of the command line an `aws` command must repeat, such as ` --profile ana`.
    """

    def __init__(self, connection: Connection, name: str, *, options: str = "") -> None:
        self._client = connection.client("secretsmanager")
        self._name = name
        self._place = f"--region {connection.region}{options}"
        self.is_made = False

    @property
    def command(self) -> str:
        """What destroys it by hand."""
        name = shlex.quote(self._name)
        return f"aws secretsmanager delete-secret --secret-id {name} --force-delete-without-recovery {self._place}"

    def make(self) -> SecretRef:
        """Make it, with a value that nobody knows."""
        self.is_made = True  # before: an answer that is lost leaves a secret behind
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
        """Delete it for good; nothing where it is gone."""
        try:
            with on_secret(self._name, "secretsmanager:DeleteSecret"):
                self._client.delete_secret(SecretId=self._name, ForceDeleteWithoutRecovery=True)
        except NotFound:
            return

    def is_there(self) -> bool:
        """Tell whether there is a secret of its name, also one that waits to be deleted or bears another ARN."""
        try:
            with on_secret(self._name, "secretsmanager:DescribeSecret"):
                self._client.describe_secret(SecretId=self._name)
        except NotFound:
            return False
        return True
