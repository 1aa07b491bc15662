"""Tags as AWS takes them from a customer: none whose key begins with `aws:`, which is AWS's own.

A secret that a stack or a service made bears such tags. Whoever makes that secret again can give back all the others.

Source: AWS General Reference, aws_tagging (the prefix is reserved for AWS); the error's text is believed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from moto.secretsmanager.responses import SecretsManagerResponse

from nightlatch.local.fidelity import refusals
from nightlatch.local.fidelity.correction import MEASURED_FOR_ACTS, Correction, Evidence, Patch

CORRECTIONS = (
    Correction(
        id="aws-tags-refused",
        aws="a tag whose key begins with aws: is refused with InvalidParameterException",
        moto="sets it",
        source="AWS General Reference, aws_tagging; that Secrets Manager refuses with this code is believed",
        evidence=Evidence.BELIEVED,
        measured_on=MEASURED_FOR_ACTS,
    ),
)

_RESERVED = "aws:"


def _checked(answer: Callable[[Any], Any]) -> Callable[[Any], Any]:
    @wraps(answer)
    def checked(self: Any) -> Any:
        tags: Iterable[dict[str, str]] = self._get_param("Tags") or ()
        keys = [tag["Key"] for tag in tags] + list(self._get_param("TagKeys") or ())
        if any(key.casefold().startswith(_RESERVED) for key in keys):
            raise refusals.invalid_parameter("aws: prefixed tag key names are not allowed for external use.")
        return answer(self)

    return checked


PATCHES = tuple(
    Patch(SecretsManagerResponse, answer.__name__, _checked(answer))
    for answer in (
        SecretsManagerResponse.create_secret,
        SecretsManagerResponse.tag_resource,
        SecretsManagerResponse.untag_resource,
    )
)
