"""The ARNs behind what a call names, and the keys that encrypt it: looked up in moto, where the stage's things are.

What does not exist is named as AWS would ask about it, so that a role which may not touch it learns nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from moto.kms.models import kms_backends
from moto.secretsmanager.models import secretsmanager_backends
from moto.sns.models import sns_backends
from moto.ssm.models import ssm_backends

_AWS_OWN = "alias/aws/"


@dataclass(frozen=True, slots=True)
class Insides:
    """One account and Region of the stage, as a call with a role of that account sees it."""

    account: str
    region: str

    def table(self, name: str) -> str:
        """Give a table's ARN; a call may name it by either."""
        return name if name.startswith("arn:") else self._arn("dynamodb", f"table/{name}")

    def queue(self, url: str) -> str:
        """Give a queue's ARN by its address."""
        account, name = url.rstrip("/").rsplit("/", 2)[-2:]
        return f"arn:aws:sqs:{self.region}:{account}:{name}"

    def secret(self, secret_id: str) -> str:
        """Give a secret's full ARN; an unknown name stands in one without the six letters."""
        found = self._secret(secret_id)
        if found is not None:
            return str(found.arn)
        return secret_id if secret_id.startswith("arn:") else self._arn("secretsmanager", f"secret:{secret_id}")

    def parameter(self, name: str) -> str:
        """Give a parameter's ARN: the slash at the start of a name stands there once."""
        return name if name.startswith("arn:") else self._arn("ssm", f"parameter/{name.removeprefix('/')}")

    def function(self, name: str) -> str:
        """Give a function's ARN by its name or ARN."""
        return name if name.startswith("arn:") else self._arn("lambda", f"function:{name}")

    def stack(self, name: str) -> str:
        """Give a stack's ARN by its name or ARN; of a name the random id is not known."""
        return name if name.startswith("arn:") else self._arn("cloudformation", f"stack/{name}/*")

    def key(self, key_id: str) -> str:
        """Give a key's ARN by id, ARN or alias."""
        keys = kms_backends[self.account][self.region]
        found = keys.any_id_to_key_id(key_id)
        return str(keys.keys[found].arn) if found in keys.keys else self._arn("kms", f"key/{found or key_id}")

    def key_of_topic(self, arn: str) -> str | None:
        """Give the key that encrypts a topic; none where it is not encrypted, or by AWS's own key."""
        topic = sns_backends[self.account][self.region].topics.get(arn)
        return self._own_key(topic and topic.kms_master_key_id)

    def key_of_secret(self, secret_id: str) -> str | None:
        """Give the key that encrypts a secret; none for AWS's own."""
        found = self._secret(secret_id)
        return self._own_key(found and found.kms_key_id)

    def key_of_parameter(self, name: str) -> str | None:
        """Give the key that encrypts a parameter; none for plain text and for AWS's own."""
        found = ssm_backends[self.account][self.region].get_parameter(name)
        return self._own_key(found and found.parameter_type == "SecureString" and found.keyid)

    def _own_key(self, key_id: Any) -> str | None:
        return self.key(str(key_id)) if key_id and _AWS_OWN not in str(key_id) else None

    def _secret(self, secret_id: str) -> Any:
        return secretsmanager_backends[self.account][self.region].secrets.get(secret_id)

    def _arn(self, service: str, resource: str) -> str:
        return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"
