"""The keys behind secrets, each asked for once: many secrets share a few keys.

Source: KMS API reference, DescribeKey (takes an id, an ARN or an alias).
"""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

from nightlatch.adapters.acting.keys import key_state
from nightlatch.adapters.posture.questions import Questions
from nightlatch.domain.errors import NotFound
from nightlatch.domain.event.resources import written_out
from nightlatch.domain.posture.unseen import Gap
from nightlatch.domain.secret.key_states import KeyState, KeyStatus

_DESCRIBE = "kms:DescribeKey"
_REMEMBERED = 1_000  # keys; of an account that has more, the ones not met for the longest are asked for again


class KeyStates:
    """Remembers the keys that were asked for; may be shared by threads."""

    def __init__(self, questions: Questions, *, account_id: str, region: str, most: int = _REMEMBERED) -> None:
        self._questions = questions
        self._account_id = account_id
        self._region = region
        self._most = most
        self._known: OrderedDict[str, KeyState | Gap] = OrderedDict()
        self._lock = Lock()

    def of(self, key: str) -> KeyState | Gap:
        """Give the state of a key.

        Args:
            key: As the secret names it: an id, an ARN or an alias.

        Raises:
            Unavailable: AWS cannot be reached at all, or does not accept the credentials.
        """
        with self._lock:  # held while asking, so that two secrets do not ask for one key at once
            if key not in self._known:
                self._known[key] = self._asked(key)
            self._known.move_to_end(key)
            if len(self._known) > self._most:
                self._known.popitem(last=False)
            return self._known[key]

    def _asked(self, key: str) -> KeyState | Gap:
        try:
            answer = self._questions.answer(_DESCRIBE, KeyId=key)
        except NotFound:
            arn = written_out(key, service="kms", region=self._region, account=self._account_id)
            return KeyState(arn=arn, status=KeyStatus.GONE)
        return answer if isinstance(answer, Gap) else key_state(answer["KeyMetadata"])
