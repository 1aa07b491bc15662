"""The ARNs behind what a call names, and the keys that encrypt it: looked up in moto, where the stage's things are.

What does not exist is named as AWS would ask about it, so that a role which may not touch it learns nothing.
"""

from __future__ import annotations

from base64 import b64decode
from dataclasses import dataclass
from typing import Any

from moto.iam.models import iam_backends
from moto.secretsmanager.models import ReplicaSecret, secretsmanager_backends
from moto.sns.models import sns_backends
from moto.ssm.models import ssm_backends

from nightlatch.local.fidelity.keys import find_key
from nightlatch.local.fidelity.labels import CURRENT, read_labels
from nightlatch.local.fidelity.secret_keys import DEFAULT_KEY

_AWS_OWN = "alias/aws/"
_KEY_ID_LENGTH = 36


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
        found = self.found_secret(secret_id)
        if found is not None:
            return str(found.arn)
        return secret_id if secret_id.startswith("arn:") else self._arn("secretsmanager", f"secret:{secret_id}")

    def parameter(self, name: str) -> str:
        """Give a parameter's ARN: the slash at the start of a name stands there once."""
        return name if name.startswith("arn:") else self._arn("ssm", f"parameter/{name.removeprefix('/')}")

    def event_bus(self, name: str) -> str:
        """Give an event bus's ARN by its name or ARN."""
        return name if name.startswith("arn:") else self._arn("events", f"event-bus/{name}")

    @property
    def hub(self) -> str:
        """The ARN of the account's Security Hub."""
        return self._arn("securityhub", "hub/default")

    def function(self, name: str) -> str:
        """Give a function's ARN by its name or ARN."""
        return name if name.startswith("arn:") else self._arn("lambda", f"function:{name}")

    def stack(self, name: str) -> str:
        """Give a stack's ARN by its name or ARN; of a name the random id is not known."""
        return name if name.startswith("arn:") else self._arn("cloudformation", f"stack/{name}/*")

    def key(self, key_id: str) -> str:
        """Give a key's ARN by id, ARN or alias; one that is unknown is named as it was."""
        found = find_key(self.account, self.region, key_id)
        if found is not None:
            return str(found.arn)
        named = key_id if key_id.startswith(("alias/", "arn:")) else f"key/{key_id}"
        return named if named.startswith("arn:") else self._arn("kms", named)

    def own_key(self, key_id: Any) -> str | None:
        """Give the ARN of a key of the customer's own; none for AWS's own and where none is named."""
        return self.key(str(key_id)) if key_id and _AWS_OWN not in str(key_id) else None

    def key_of_ciphertext(self, blob: str | bytes) -> str:
        """Give the id of the key that made a ciphertext, which stands at its start as in AWS's own."""
        sealed = blob if isinstance(blob, bytes) else b64decode(blob)
        return sealed[:_KEY_ID_LENGTH].decode(errors="replace")

    def key_of_topic(self, arn: str) -> str | None:
        """Give the key that encrypts a topic; none where it is not encrypted, or by AWS's own key."""
        topic = sns_backends[self.account][self.region].topics.get(arn)
        return self.own_key(topic and topic.kms_master_key_id)

    def key_of_secret(self, secret_id: str, version_id: str | None = None) -> str | None:
        """Give the key that encrypts a secret, or one version of it; none for AWS's own."""
        found = self.found_secret(secret_id)
        if found is None:
            return None
        if isinstance(found, ReplicaSecret):
            return self.own_key(found.config["KmsKeyId"])
        version = found.versions.get(version_id, {})
        own = [key for key in version.get("kms_key_ids", ()) if key != DEFAULT_KEY]
        return self.own_key(own[0]) if own else self.own_key(found.kms_key_id)

    def version(self, secret_id: str, version_id: str | None, label: str | None) -> str | None:
        """Give the version that a read is about, as far as it exists."""
        found = self.found_secret(secret_id)
        return version_id or (None if found is None else read_labels(found.versions).get(label or CURRENT))

    def rotation_function(self, secret_id: str) -> str | None:
        """Give the function that rotates a secret; none where none is configured."""
        return getattr(self.found_secret(secret_id), "rotation_lambda_arn", None) or None

    def found_secret(self, secret_id: str) -> Any:
        """Give moto's own secret by its name or ARN, if there is one."""
        return secretsmanager_backends[self.account][self.region].secrets.get(secret_id)

    def role(self, name: str) -> str:
        """Give a role's ARN by its name, path included."""
        found = iam_backends[self.account]["aws"].roles
        return next((str(role.arn) for role in found.values() if role.name == name), self._identity("role", name))

    def user(self, name: str) -> str:
        """Give a user's ARN by its name, path included."""
        found = iam_backends[self.account]["aws"].users.get(name)
        return self._identity("user", name) if found is None else str(found.arn)

    def user_of_key(self, access_key_id: str) -> str | None:
        """Name the user who has an access key."""
        found = iam_backends[self.account]["aws"].get_user_from_access_key_id(access_key_id)
        return None if found is None else str(found.name)

    def key_of_parameter(self, name: str) -> str | None:
        """Give the key that encrypts a parameter; none for plain text and for AWS's own."""
        found = ssm_backends[self.account][self.region].get_parameter(name)
        return self.own_key(found and found.parameter_type == "SecureString" and found.keyid)

    def _identity(self, kind: str, name: str) -> str:
        return f"arn:aws:iam::{self.account}:{kind}/{name}"

    def _arn(self, service: str, resource: str) -> str:
        return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"
