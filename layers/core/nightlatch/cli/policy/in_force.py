"""What is in force: the policy that a stack's parameter holds, or why what it holds is none."""

from __future__ import annotations

from dataclasses import dataclass

from nightlatch.adapters.inventory.holdings_dynamodb import DynamoHoldings
from nightlatch.adapters.policy_parameter import SsmPolicy
from nightlatch.cli.speech.terminal import say
from nightlatch.domain.errors import InvalidPolicy, NightlatchError, NotFound
from nightlatch.policy_file import PolicyFile, parse_stored_policy
from nightlatch.reach.connection import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What the parameter holds; where it is no policy, why."""

    name: str
    version: int
    policy: PolicyFile | None
    why: str = ""

    @property
    def digest(self) -> str:
        """The hash that alerts bear under it."""
        return self.policy.to_domain().digest if self.policy is not None else "none"


def parameter_of(connection: Connection) -> SsmPolicy:
    """Find the parameter of a stack.

    Raises:
        NotFound: The stack has none.
    """
    name = connection.settings.policy_parameter
    if not name:
        raise NotFound("this stack has no output PolicyParameter; is it a nightlatch? name another with --stack")
    return SsmPolicy(connection.client("ssm"), name)


def stored_in(parameter: SsmPolicy, version: int | None = None) -> Stored:
    """Read what is in force, or was.

    Raises:
        NotFound: There is no such parameter or version.
        Refused: A permission is missing.
        Unavailable: Systems Manager could not be asked.
    """
    document = parameter.read(version)
    where = f"parameter {parameter.name}"
    try:
        policy = parse_stored_policy(document.text, where=where)
    except InvalidPolicy as error:
        return Stored(name=parameter.name, version=document.version, policy=None, why=str(error))
    return Stored(name=parameter.name, version=document.version, policy=policy)


def known_secrets(connection: Connection) -> tuple[str, ...]:
    """Give the names of the secrets in the last inventory; none where it cannot be read: the words do without."""
    try:
        _, holdings = DynamoHoldings(connection.state).last()
    except NightlatchError as error:
        say(f"which secrets there are could not be read: {error}")
        return ()
    return tuple(sorted({one.secret.name for one in holdings.secrets if one.secret.name}))
