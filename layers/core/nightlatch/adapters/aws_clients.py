"""How clients of AWS are made: short timeouts, the SDK's own retries, and a name that shows up in CloudTrail.

A function that waits a minute for one answer loses the whole batch, so an answer that does not come within
seconds counts as none; SQS delivers again.

Source: botocore reference, Config (retries "standard": at most `total_max_attempts`, with backoff and jitter).
"""

from __future__ import annotations

from typing import Any, Literal

import boto3
from botocore.config import Config

CONNECT_TIMEOUT_S = 3
READ_TIMEOUT_S = 10
ATTEMPTS = 4
USER_AGENT = "nightlatch"


class Clients:
    """Makes each client once; boto3's clients may be shared by threads, its sessions may not.

    Args:
        region: The session's own where left out.
        endpoint_url: AWS's own where left out.
        retries: `adaptive` for what has time and asks much: the SDK itself slows down where AWS asks it to.
    """

    def __init__(
        self,
        *,
        region: str | None = None,
        endpoint_url: str | None = None,
        retries: Literal["standard", "adaptive"] = "standard",
    ) -> None:
        self._session = boto3.session.Session(region_name=region)
        self._endpoint_url = endpoint_url
        self._retries = retries
        self._made: dict[str, Any] = {}

    def of(self, service: str) -> Any:
        """Give the client of a service: `dynamodb`, `sqs`, `secretsmanager`."""
        if service not in self._made:
            config = Config(
                connect_timeout=CONNECT_TIMEOUT_S,
                read_timeout=READ_TIMEOUT_S,
                retries={"mode": self._retries, "total_max_attempts": ATTEMPTS},
                user_agent_extra=USER_AGENT,
            )
            make: Any = self._session.client  # typed by literal names, which a name given at run time is not
            self._made[service] = make(service, config=config, endpoint_url=self._endpoint_url)
        return self._made[service]
