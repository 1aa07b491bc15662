"""What IAM's refusals mean for whoever acts on a user or role, and what KMS's mean for whoever acts on a key.

Source: botocore 1.44 service models of IAM (codes without `Exception`: LimitExceeded, NoSuchEntity,
UnmodifiableEntity, EntityTemporarilyUnmodifiable, MalformedPolicyDocument, ServiceFailure) and KMS
(KMSInvalidStateException, DependencyTimeoutException, KMSInternalException); STS and IAM common errors.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, ParamValidationError

from nightlatch.adapters.aws_codes import is_for_later, why_not_permitted
from nightlatch.adapters.aws_errors import code_of
from nightlatch.domain.errors import NotFound, Refused, Unavailable, WorldMoved

_GONE = ("NoSuchEntity", "NotFound")
_WORDS = {
    "UnmodifiableEntity": "AWS lets nobody change it; it belongs to a service or to Identity Center, so act there",
    "LimitExceeded": "a quota of AWS is used up; make an inline policy a managed one or remove it, or ask AWS for more",
    "DeleteConflict": "something else hangs on it; look at it in IAM",
    "MalformedPolicyDocument": "IAM does not take the policy; please report it",
    "KMSInvalidState": "the key is in a state that allows no such call; look at it in the console",
    "InvalidArn": "KMS cannot read this ARN; name the key by its full ARN",
}
_GRANTED_BY = " (template parameter Contain)"
_MOVED = "KMSInvalidState"  # the key has changed since it was looked at


@contextmanager
def acting_on(what: str, action: str) -> Iterator[None]:
    """Translate what IAM or KMS answers about one user, role or key.

    Args:
        what: As people call it: `role app`.
        action: The IAM action, which is also what to add when it is denied.

    Raises:
        NotFound: It does not exist.
        WorldMoved: It is no longer in the state that the plan saw.
        Refused: AWS does not let it be changed, a quota is used up, or a permission is missing.
        Unavailable: AWS could not be asked.
    """
    try:
        yield
    except ClientError as error:
        raise _meaning(error, what, action) from error
    except ParamValidationError:  # its text quotes what was asked
        raise Refused(f"{what}: AWS takes no such request ({action}); please report it") from None
    except NoCredentialsError as error:
        raise Refused(f"{what}: no AWS credentials ({error}); sign in, then try again") from error
    except BotoCoreError as error:
        raise Unavailable(f"{what}: AWS could not be reached ({error}); try again later") from error


def _meaning(error: ClientError, what: str, action: str) -> Exception:
    code = code_of(error)
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if is_for_later(code, status):
        return Unavailable(f"{what}: AWS did not answer ({code}); try again later")
    if code.startswith(_GONE):
        return NotFound(f"{what} does not exist in this account")
    said = error.response.get("Error", {}).get("Message", "no message").rstrip(".")
    not_permitted = why_not_permitted(code, said, action)
    if not_permitted is not None:
        return Refused(f"{what}: {not_permitted}{_GRANTED_BY if action.startswith('iam:') else ''}")
    known = next((words for name, words in _WORDS.items() if code.startswith(name)), None)
    text = f"{what}: {known} ({code})" if known else f"{what}: AWS refused ({code}: {said}); look at it, then try again"
    return WorldMoved(text) if code.startswith(_MOVED) else Refused(text)
