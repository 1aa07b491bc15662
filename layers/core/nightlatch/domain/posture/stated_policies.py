"""The resource policy of a secret as checks read it: one that cannot be read in one way is told, and never judged.

Source: Secrets Manager API reference, GetResourcePolicy (the policy is a JSON text).
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
    """Give a secret's resource policy; an empty one where it has none.

    Raises:
        NotSeen: Nobody could look at it, or it cannot be read.
    """
    text = seen(secret.policy_text)
    if text is None:
        return {}
    document = _read(text)
    if document is None:
        raise NotSeen(_UNREADABLE)
    return document


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
