"""The resource policy of a secret as checks read it: one that cannot be read in one way is told, and never judged.

A copy of another account's secret has two: the one that its owner writes, and one of AWS's beside it. They count
together.

Source: Secrets Manager API reference, GetResourcePolicy (the policy is a JSON text; PolicyName).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache

from nightlatch.domain.aws_policies.policy_text import read_policy
from nightlatch.domain.errors import Refused
from nightlatch.domain.posture.secrets import SecretPosture
from nightlatch.domain.posture.unseen import Gap, NotSeen, seen

_UNREADABLE = Gap("nightlatch:policy", "its resource policy is no policy that can be read in one way; write it anew")


def stated_policy(secret: SecretPosture) -> Mapping[str, object]:
    """Give a secret's resource policy, the statements that AWS attached beside it at its end; empty where it has none.

    Raises:
        NotSeen: Nobody could look at it, or it cannot be read.
    """
    texts = [text for text in (seen(secret.policy_text), seen(secret.policy_by_aws)) if text is not None]
    documents = [_readable(text) for text in texts]
    if len(documents) <= 1:
        return documents[0] if documents else {}
    return {"Statement": [one for document in documents for one in _statements(document)]}


def _readable(text: str) -> Mapping[str, object]:
    document = _read(text)
    if document is None:
        raise NotSeen(_UNREADABLE)
    return document


def _statements(document: Mapping[str, object]) -> list[object]:
    stated = document.get("Statement")
    return stated if isinstance(stated, list) else [stated]


def unreadable(text: str) -> bool:
    """Tell whether the text of a policy is none that can be read in one way."""
    return _read(text) is None


@lru_cache(maxsize=16)  # several checks ask about one policy, one after another
def _read(text: str) -> Mapping[str, object] | None:
    try:
        read_policy(text)
    except Refused:
        return None
    document: Mapping[str, object] = json.loads(text)
    return document
