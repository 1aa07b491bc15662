"""Whose new roles inherit what the roles that they replace were known to read: who deploys, by the operator's word."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from nightlatch.domain.account.lineage import Deployer
from nightlatch.policy_file.parts import Part
from nightlatch.policy_file.silences import aware

_NAMED = re.compile(r"arn:[\w-]+:iam::[^:]+:(role|user)/.*[A-Za-z0-9].*")


def _arn(text: str) -> str:
    """Let only ARNs pass that name somebody: whoever may make roles could take a bare name, or a path."""
    if _NAMED.fullmatch(text) is None:
        raise PydanticCustomError(
            "deployer",
            'name a role or user by its ARN, such as "arn:aws:iam::*:role/deploy-*"; a role, not its session',
        )
    return text


class DeployerPart(Part):
    """Somebody, as a rule a pipeline, who makes new roles for old services."""

    principal: Annotated[str, AfterValidator(_arn)]
    owner: Annotated[str, Field(min_length=1)]
    reason: Annotated[str, Field(min_length=1)]
    expires: datetime

    def to_domain(self) -> Deployer:
        """Give the value that history reads."""
        return Deployer(principal=self.principal, owner=self.owner, reason=self.reason, expires=aware(self.expires))
