"""Which tags of a secret its resource policy depends on: who changes such a tag changes who may use the secret.

Source: IAM user guide, controlling access by tags (aws:ResourceTag/key); service authorization reference, Secrets
Manager (secretsmanager:ResourceTag/key). Names of condition keys are read in any case.
"""

from __future__ import annotations

from collections.abc import Mapping

from nightlatch.domain.event.parameters import Parameters

_ON_TAGS = ("aws:resourcetag/", "secretsmanager:resourcetag/")


def tag_keys_in(policy: Mapping[str, object] | None) -> tuple[str, ...]:
    """Give the tag keys that the conditions of a policy ask for, in lower case, each once."""
    keys: set[str] = set()
    for statement in Parameters(policy or {}).children("Statement"):
        for tests in statement.child("Condition").fields.values():
            names = (str(name).lower() for name in tests) if isinstance(tests, Mapping) else ()
            keys.update(name.split("/", 1)[1] for name in names if name.startswith(_ON_TAGS))
    return tuple(sorted(keys))
