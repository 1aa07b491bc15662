"""The heartbeat's call: a read of our own secret whose user agent bears the nonce.

The SDK writes a client's user agent once, when the client is made, so each beat has a client of its own: one in
fourteen minutes. The value that comes back is our own text, which is looked at by nobody.

Source: botocore reference, Config (user_agent_extra); CloudTrail user guide, record contents (userAgent).
"""

from __future__ import annotations

import boto3
from botocore.config import Config

from nightlatch.adapters.aws_clients import ATTEMPTS, CONNECT_TIMEOUT_S, READ_TIMEOUT_S, USER_AGENT
from nightlatch.adapters.aws_errors import on_secret
from nightlatch.domain.errors import NotFound, NotYet, Refused, WorldMoved
from nightlatch.domain.watching.beats import AGENT


class HeartCall:
    """The port `Call`."""

    def __init__(self, secret: str, *, session: boto3.session.Session | None = None) -> None:
        self._secret = secret
        self._session = session or boto3.session.Session()

    def beat(self, nonce: str) -> None:
        """Read our own secret with the nonce in the call.

        Raises:
            Refused: AWS does not let us, or the secret is not there.
            Unavailable: AWS could not be asked.
        """
        config = Config(
            connect_timeout=CONNECT_TIMEOUT_S,
            read_timeout=READ_TIMEOUT_S,
            retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
            user_agent_extra=f"{USER_AGENT} {AGENT}/{nonce}",
        )
        client = self._session.client("secretsmanager", config=config)
        try:
            with on_secret(self._secret, "secretsmanager:GetSecretValue"):
                client.get_secret_value(SecretId=self._secret, VersionStage="AWSCURRENT")
        except (NotFound, NotYet, WorldMoved) as error:
            raise Refused(str(error)) from error
        finally:
            client.close()
