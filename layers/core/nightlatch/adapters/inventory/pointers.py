"""Where an ARN may be written down in an account: history, IAM policies, functions, a secret's own policy.

Of a function's variables only their names leave this module: what they hold is nobody's business here.

Source: botocore 1.44 service models: IAM GetAccountAuthorizationDetails (default versions are marked), Lambda
ListFunctions (FunctionConfiguration), Secrets Manager GetResourcePolicy.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from nightlatch.adapters.aws_errors import looking, on_secret
from nightlatch.adapters.history.trails import Trails
from nightlatch.adapters.history.uses import Kind, PairKey, Uses, micros
from nightlatch.domain.recovering.references import names_arn

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_secretsmanager import SecretsManagerClient

_OF_CUSTOMERS: Any = ["User", "Role", "Group", "LocalManagedPolicy"]


class AwsPointers:
    """The port `Pointers` on boto3 and on what nightlatch remembers."""

    def __init__(
        self,
        trails: Trails,
        iam: IAMClient,
        functions: LambdaClient,
        secrets: SecretsManagerClient,
        *,
        own_roles: Collection[str] = (),
    ) -> None:
        self._trails = trails
        self._own_roles = own_roles
        self._iam = iam
        self._functions = functions
        self._secrets = secrets

    def readers(self, keys: Sequence[str], since: datetime) -> Sequence[str]:
        """Name the principals that have read a secret since then, but for our own.

        Raises:
            Unavailable: The history could not be asked.
        """
        found = self._trails.readers(keys)
        pairs = [PairKey(principal, key) for key, principals in found.items() for principal in principals]
        uses = self._trails.touch((), pairs)
        readers = {pair.principal for pair in pairs if _is_read_since(uses.get(pair, {}), since)}
        return sorted(readers - {*self._own_roles})

    def policies(self, arn: str) -> Sequence[str]:
        """Name the IAM policies that name an ARN.

        Raises:
            Refused: A permission is missing.
            Unavailable: IAM could not be asked.
        """
        with looking("iam:GetAccountAuthorizationDetails"):
            pages = self._iam.get_paginator("get_account_authorization_details").paginate(Filter=_OF_CUSTOMERS)
            return sorted({name for page in pages for name, text in _documents(page) if names_arn(text, arn)})

    def functions(self, arn: str) -> Sequence[str]:
        """Name the functions whose configuration names an ARN, with the variable.

        Raises:
            Refused: A permission is missing.
            Unavailable: Lambda could not be asked.
        """
        with looking("lambda:ListFunctions"):
            pages = self._functions.get_paginator("list_functions").paginate()
            return sorted(text for page in pages for one in page["Functions"] for text in _places(one, arn))

    def own_policy(self, secret: str, arn: str) -> Sequence[str]:
        """Name the secret where its own resource policy names an ARN.

        Raises:
            NotFound: The secret is gone.
            Refused: A permission is missing.
            Unavailable: AWS could not be asked.
        """
        with on_secret(secret, "secretsmanager:GetResourcePolicy"):
            text = self._secrets.get_resource_policy(SecretId=secret).get("ResourcePolicy") or ""
        return [secret] if names_arn(text, arn) else []


def _is_read_since(uses: Uses, since: datetime) -> bool:
    return any(mark.startswith(Kind.READ) and time >= micros(since) for mark, time in uses.items())


def _documents(page: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    """Give each policy of a page with a name that says where it is."""
    for kind in ("User", "Role", "Group"):
        for owner in page.get(f"{kind}DetailList", ()):
            for policy in owner.get(f"{kind}PolicyList", ()):
                yield f"{kind.lower()} {owner[f'{kind}Name']} ({policy['PolicyName']})", policy["PolicyDocument"]
    for policy in page.get("Policies", ()):
        for version in policy.get("PolicyVersionList", ()):
            if version.get("IsDefaultVersion"):
                yield str(policy["Arn"]), version.get("Document", "")


def _places(function: Mapping[str, Any], arn: str) -> Iterator[str]:
    name = function["FunctionName"]
    variables: Mapping[str, str] = function.get("Environment", {}).get("Variables", {})
    yield from (f"{name} (variable {key})" for key, value in variables.items() if names_arn(value, arn))
    rest = {key: value for key, value in function.items() if key != "Environment"}
    if names_arn(rest, arn):
        yield f"{name} (its settings)"
