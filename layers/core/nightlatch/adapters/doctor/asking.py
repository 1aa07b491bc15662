"""Asks AWS one question, in this Region or another, and turns every refusal into what a line can say.

After this module a reader knows that a question has three answers: what AWS says, that there is no such thing (None),
and a gap where it was refused or could not be asked. Nothing is raised, so that one refusal hides no other answer.

Source: botocore 1.44, `xform_name`; S3 API reference, HeadBucket (404 and 403 without a body).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from botocore import xform_name
from botocore.exceptions import BotoCoreError, ClientError

from nightlatch.adapters.aws_codes import is_denied, is_for_later
from nightlatch.adapters.aws_errors import code_of
from nightlatch.adapters.doctor.needs import NEEDS
from nightlatch.domain.watching.doctor.gaps import Answer, Gap

_GONE = frozenset(
    {
        *("ResourceNotFoundException", "ResourceNotFound", "NotFound", "NotFoundException", "NoSuchBucket"),
        *("AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist", "NoSuchResourceException"),
        *("TrailNotFoundException",),
    }
)
_HEAD = "s3:ListBucket"  # whose answer has no name for an error, only its status


class Asker:
    """Asks.

    Args:
        clients: Gives the boto3 client of a service in a Region; of the stack's for an empty one.
    """

    def __init__(self, clients: Callable[[str, str], Any]) -> None:
        self._clients = clients

    def ask(self, action: str, /, region: str = "", **asked: Any) -> Answer | Gap | None:
        """Make a call; None where what it is about is not there."""
        need = NEEDS[action]
        where = f"{action} in {region}" if region else action
        try:
            client = self._clients(need.service, region)
            answer: Answer = getattr(client, xform_name(need.call))(**asked)
        except ClientError as error:
            code, status = code_of(error), int(error.response["ResponseMetadata"].get("HTTPStatusCode", 0))
            if code in _GONE or (action == _HEAD and code == "404") or _is_no_stack(error):
                return None
            if is_for_later(code, status):
                return Gap(f"{where} could not be asked ({code}); try again later")
            if is_denied(code) or (action == _HEAD and code == "403"):
                return Gap(f"{where} was refused ({code}); allow it, then ask again")
            return Gap(f"{where} was not answered ({code})")
        except BotoCoreError as error:
            return Gap(f"{where} could not be asked ({error}); try again later")
        return answer


def _is_no_stack(error: ClientError) -> bool:
    said = str(error.response.get("Error", {}).get("Message", ""))
    return code_of(error) == "ValidationError" and "does not exist" in said
