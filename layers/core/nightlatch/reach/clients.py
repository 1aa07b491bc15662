"""The AWS clients of whoever runs this, and who that is."""

from __future__ import annotations

from threading import Lock
from typing import Any

import boto3
from botocore.config import Config

from nightlatch.adapters.records.identities import Setting, principal_of
from nightlatch.domain.event.parameters import Parameters
from nightlatch.domain.event.principals import Principal
from nightlatch.reach.signing_in import signing_in


class Clients:
    """One client for each service, made when it is first needed; threads may share them."""

    def __init__(self, session: boto3.session.Session, endpoint: str | None) -> None:
        self._session = session
        self._endpoint = endpoint
        self._made: dict[str, Any] = {}
        self._making = Lock()  # a session of boto3 may not make two clients at once

    @property
    def region(self) -> str:
        """The Region that is asked."""
        return str(self._session.region_name)

    def client(self, service: str) -> Any:
        """Give the client of a service."""
        with self._making:
            if service not in self._made:
                self._made[service] = self._make(service)
            return self._made[service]

    def elsewhere(self, service: str, region: str) -> Any:
        """Make the client of a service in another Region."""
        with self._making:
            return self._make(service, region=region)

    def unmarked(self, service: str) -> Any:
        """Make a client whose calls do not say in the trail that nightlatch makes them."""
        with self._making:
            return self._make(service, mark="")

    def caller(self) -> Principal:
        """Tell who the credentials belong to.

        Raises:
            Unavailable: There are none, or they are not valid.
        """
        with signing_in():
            identity = self.client("sts").get_caller_identity()
        fields = {"arn": identity["Arn"], "accountId": identity["Account"]}
        setting = Setting(
            recipient=identity["Account"], service="sts.amazonaws.com", by_service=False, from_console=None
        )
        return principal_of(Parameters(fields), setting)

    def _make(self, service: str, mark: str = "nightlatch", region: str | None = None) -> Any:
        # Adaptive: an audit makes thousands of calls, and the SDK itself slows down where AWS asks it to.
        config = Config(connect_timeout=3, read_timeout=15, retries={"mode": "adaptive"}, user_agent_extra=mark)
        make: Any = self._session.client
        return make(service, region_name=region, endpoint_url=self._endpoint, config=config)
