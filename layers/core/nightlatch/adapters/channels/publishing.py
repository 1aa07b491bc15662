"""What an error of AWS means where something is told: not now, or not like this.

Source: botocore service models of SNS, EventBridge and Security Hub; AWS general reference, common errors.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import ClientError

from nightlatch.adapters.aws_codes import is_for_later
from nightlatch.adapters.aws_errors import asking, code_of
from nightlatch.domain.errors import Unavailable, Undeliverable


@contextmanager
def publishing(what: str) -> Iterator[None]:
    """Turn every AWS error of the block into one that says whether the same may go through later.

    Args:
        what: Who is told, for the message.

    Raises:
        Undeliverable: AWS answered and refused: a permission, a name or the message is wrong.
        Unavailable: AWS could not be asked.
    """
    try:
        with asking(what):
            yield
    except Unavailable as failure:
        error = failure.__cause__
        if isinstance(error, ClientError) and not _is_for_later(error):
            raise Undeliverable(str(failure)) from error
        raise


def _is_for_later(error: ClientError) -> bool:
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return is_for_later(code_of(error), status)
