"""Whose new roles inherit what the roles that they replace were known to read: who deploys, by the operator's word."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from nightlatch.domain.lineage import Deployer
from nightlatch.policy_file.parts import Part
from nightlatch.policy_file.silences import aware


class DeployerPart(Part):
    """A pipeline that makes roles, named by an ARN: a bare name anybody who may make roles could take."""

    principal: Annotated[str, Field(pattern=r"^arn:[^*?]+:iam::[^:]+:(role|user)/.*[^*?].*$")]
    owner: Annotated[str, Field(min_length=1)]
    reason: Annotated[str, Field(min_length=1)]
    expires: datetime

    def to_domain(self) -> Deployer:
        """Give the value that history reads."""
        return Deployer(principal=self.principal, owner=self.owner, reason=self.reason, expires=aware(self.expires))
