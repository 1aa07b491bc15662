"""Looks at the secrets of an account, a page at a time: what the list tells, and of each secret what it does not tell.

Three calls a secret: its versions and its policy, each at five a second, and its description, for the list does not
tell who else has its values; a few threads make them, so that none waits for the others. The list may be five minutes
behind, so a secret may be gone, or wait to be deleted, by the time it is looked at.

A copy of another account's secret has a second policy, which AWS attaches and nobody can change: it is asked for by its
name. ListResourcePolicies is not: AWS publishes no quota for it, and knows of no third.

Source: botocore 1.44 service model: ListSecrets (not the last five minutes), GetResourcePolicy (InvalidRequestException
where the secret waits to be deleted; ResourceNotFoundException where it has no policy of that name),
ListSecretVersionIds (no paginator exists). Only a real account can tell whether GetResourcePolicy refuses for any other
state.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from nightlatch.adapters.posture import secret_answers
from nightlatch.adapters.posture.key_states import KeyStates
from nightlatch.adapters.posture.paged import pages
from nightlatch.adapters.posture.questions import Questions, gap_of, refused_as
from nightlatch.domain.errors import NotFound, Refused, Unavailable, WorldMoved
from nightlatch.domain.posture.secrets import SecretPosture, VersionPosture
from nightlatch.domain.posture.unseen import Gap
from nightlatch.service.audit_ports import SecretPage

_LIST = "secretsmanager:ListSecrets"
_DESCRIBE = "secretsmanager:DescribeSecret"
_VERSIONS = "secretsmanager:ListSecretVersionIds"
_POLICY = "secretsmanager:GetResourcePolicy"
_PAGE = 100
_MOST_PAGES = 20  # of versions: AWS keeps about a hundred without a label, and those of the last day
_THREADS = 4
_BY_AWS = "cross-account-replication"  # the policy that AWS attaches to a copy of another account's secret
_WAITS = Gap(_POLICY, "AWS tells nobody the policy of a secret that waits to be deleted; restore it to see")


class _NotAsListed(Exception):
    """AWS does not answer about the secret as it is now. Never leaves this module."""

    def __init__(self, gap: Gap) -> None:
        super().__init__(gap.why)
        self.gap = gap


class SecretPages:
    """Secrets as AWS has them; what nightlatch knows of them is not its matter.

    Args:
        questions: Asks AWS.
        keys: Knows how keys stand.
        wants: Tells by its name whether a secret is looked at.
        threads: How many look at once.
    """

    def __init__(
        self, questions: Questions, keys: KeyStates, *, wants: Callable[[str], bool], threads: int = _THREADS
    ) -> None:
        self._questions = questions
        self._keys = keys
        self._wants = wants
        self._threads = threads

    def page(self, token: str | None) -> SecretPage:
        """Look at the secrets of a page.

        Raises:
            Refused: The list is refused.
            WorldMoved: The list can no longer be gone on with from there.
            Unavailable: AWS could not be asked.
        """
        place = {"NextToken": token} if token else {}
        try:
            answer = self._questions.ask(_LIST, IncludePlannedDeletion=True, MaxResults=_PAGE, **place)
        except Refused as error:
            if refused_as(error) == "InvalidNextTokenException":
                raise WorldMoved("AWS no longer knows this place in its list; begin anew") from error
            raise
        listed: tuple[Mapping[str, Any], ...] = tuple(answer.get("SecretList", ()))
        entries = [entry for entry in listed if self._wants(str(entry.get("Name", "")))]
        with ThreadPoolExecutor(self._threads, thread_name_prefix="audit") as pool:
            looked = list(pool.map(self._look, entries))  # a failure that ends the page cancels what has not begun
        return SecretPage(
            secrets=tuple(one for one in looked if one is not None),
            token=answer.get("NextToken") or None,
            vanished=tuple(str(entry["ARN"]) for entry, one in zip(entries, looked, strict=True) if one is None),
            left_out=tuple(str(entry["ARN"]) for entry in listed if not self._wants(str(entry.get("Name", "")))),
        )

    def _look(self, entry: Mapping[str, Any]) -> SecretPosture | None:
        """Give a secret with what the list does not tell; None where it is gone."""
        secret = secret_answers.listed_secret(entry)
        try:
            return self._completed(secret)
        except NotFound:
            return None
        except _NotAsListed as moved:
            return self._looked_again(secret, moved.gap)

    def _looked_again(self, secret: SecretPosture, refused: Gap) -> SecretPosture | None:
        """Ask what a secret is now: it may have begun to wait for its deletion since it was listed."""
        try:
            answer = self._questions.answer(_DESCRIBE, SecretId=secret.arn)
            now = secret if isinstance(answer, Gap) else secret_answers.listed_secret(answer)
            return self._completed(now, policy=refused)
        except NotFound:
            return None

    def _completed(self, secret: SecretPosture, policy: Gap | None = None) -> SecretPosture:
        keyed = replace(secret, key_state=None if secret.key is None else self._keys.of(secret.key))
        if secret.deleted_at is not None:  # its labels are known from the list
            return replace(keyed, policy_text=_WAITS)
        looked = replace(keyed, versions=self._versions(secret.arn), policy_text=policy or self._policy(secret.arn))
        return self._related(looked)

    def _versions(self, arn: str) -> tuple[VersionPosture, ...] | Gap:
        found: list[VersionPosture] = []
        listed = pages(
            self._questions,
            _VERSIONS,
            after="NextToken",
            most=_MOST_PAGES,
            SecretId=arn,
            IncludeDeprecated=True,
            MaxResults=_PAGE,
        )
        for answer in listed:
            if isinstance(answer, Gap):
                return answer
            found.extend(secret_answers.version(one) for one in answer.get("Versions", ()))
        return tuple(found)

    def _policy(self, arn: str) -> str | Gap | None:
        try:
            return self._questions.ask(_POLICY, SecretId=arn).get("ResourcePolicy") or None
        except (Refused, Unavailable) as error:
            if refused_as(error) == "InvalidRequestException":
                raise _NotAsListed(Gap(_POLICY, str(error))) from error
            return gap_of(_POLICY, error)

    def _related(self, secret: SecretPosture) -> SecretPosture:
        """Ask who else has its values; of a replica in this account, its primary is asked in its own Region."""
        if secret.is_replica:
            return secret
        answer = self._questions.answer(_DESCRIBE, SecretId=secret.arn)
        if isinstance(answer, Gap):
            return replace(secret, replicas=answer, foreign_primary=answer)
        related = secret_answers.with_relatives(secret, answer)
        return related if related.foreign_primary is None else replace(related, policy_by_aws=self._by_aws(secret.arn))

    def _by_aws(self, arn: str) -> str | Gap | None:
        try:
            answer = self._questions.answer(_POLICY, SecretId=arn, PolicyName=_BY_AWS)
        except NotFound:  # of the policy; whether the secret is still there was asked just before
            return None
        return answer if isinstance(answer, Gap) else answer.get("ResourcePolicy") or None
