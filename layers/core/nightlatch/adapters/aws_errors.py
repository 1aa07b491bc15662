"""What an AWS error means for the caller: try again later, give up with a reason, or look again.

A table or a queue that cannot be asked is always `Unavailable`: the message comes again and ends in a
dead-letter queue, never in silence. Secrets Manager's refusals are told apart, for people read them.

Source: botocore 1.44 service models of DynamoDB, SQS, SSM, KMS and Secrets Manager; AWS general
reference, common errors.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    NoCredentialsError,
    ParamValidationError,
    PartialCredentialsError,
)

from nightlatch.adapters.aws_codes import is_for_later, why_not_permitted
from nightlatch.domain.errors import NotFound, NotYet, Refused, Unavailable, WorldMoved

_WORDS = {
    "LimitExceededException": "a quota of AWS is used up ({said}); remove a label that nobody needs",
    "PublicPolicyException": "the resource policy would let anybody in ({said}); name who may, then try again",
    "MalformedPolicyDocumentException": "AWS does not take the resource policy ({said}); correct it, then try again",
}
_HELD = "already scheduled for deletion"  # said of a name that is still taken
_KEY_UNUSABLE = frozenset({"EncryptionFailure", "DecryptionFailure"})
_KEY_ADVICE = "enable it: aws kms enable-key --key-id {key}; where it waits to be deleted, first cancel-key-deletion"
_GONE = frozenset({"ResourceNotFoundException", "NotFoundException", "TrailNotFoundException"})
_NO_CREDENTIALS = (NoCredentialsError, PartialCredentialsError, CredentialRetrievalError)


def code_of(error: ClientError) -> str:
    """Give AWS's name for an error."""
    return str(error.response.get("Error", {}).get("Code", ""))


@contextmanager
def asking(what: str) -> Iterator[None]:
    """Turn every AWS error of the block into Unavailable.

    Args:
        what: What is asked, for the message: `table nightlatch-state`.

    Raises:
        Unavailable: AWS could not be asked or did not take the request.
    """
    try:
        yield
    except ClientError as error:
        raise Unavailable(f"{what} could not be asked ({code_of(error)}: {_said(error)}); try again later") from error
    except BotoCoreError as error:
        raise Unavailable(f"{what} could not be asked ({error}); try again later") from error


@contextmanager
def on_secret(secret: str, action: str, *, moves_label: bool = False, key: str = "KEY") -> Iterator[None]:
    """Translate what Secrets Manager answers about one secret.

    Args:
        secret: As the caller names it.
        action: The IAM action, which is also what to add when it is denied.
        moves_label: Whether an invalid parameter means that the labels are no longer as planned.
        key: The KMS key that the call names, for the advice where it cannot be used.

    Raises:
        NotFound: There is no such secret.
        WorldMoved: A label is not where the plan saw it, or the name is taken.
        NotYet: The name of a deleted secret is still held.
        Refused: The secret waits to be deleted, a quota is used up, or a permission is missing.
        Unavailable: AWS could not be asked.
    """
    try:
        yield
    except ClientError as error:
        if code_of(error) in _KEY_UNUSABLE:
            why = f"Secrets Manager cannot use its KMS key ({code_of(error)}: {_said(error)})"
            raise Refused(f"secret {secret}: {why}; {_KEY_ADVICE.format(key=key)}") from error
        raise _meaning(error, secret, action, moves_label=moves_label) from error
    except ParamValidationError:  # its text quotes what was asked
        raise Refused(f"secret {secret}: AWS knows no secret of that name; check it") from None
    except _NO_CREDENTIALS as error:
        raise Refused(f"secret {secret}: no AWS credentials ({error}); sign in, then try again") from error
    except BotoCoreError as error:
        raise Unavailable(f"secret {secret}: AWS could not be reached ({error}); try again later") from error


@contextmanager
def looking(action: str) -> Iterator[None]:
    """Translate what AWS answers to a question about one thing that may be gone or out of reach.

    Args:
        action: The IAM action, which is also what to add when it is denied.

    Raises:
        NotFound: There is no such thing.
        Refused: A permission is missing, or AWS does not answer this question.
        Unavailable: AWS could not be asked.
    """
    try:
        yield
    except ClientError as error:
        code, said = code_of(error), _said(error)
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        if code in _GONE or (code == "ValidationError" and "does not exist" in said):
            raise NotFound("it does not exist in this account and Region") from error
        if is_for_later(code, status):
            raise Unavailable(f"{action}: AWS did not answer ({code}); try again later") from error
        raise Refused(_refusal(code, said, action)) from error
    except _NO_CREDENTIALS as error:
        raise Refused(f"no AWS credentials ({error}); sign in, then try again") from error
    except BotoCoreError as error:
        raise Unavailable(f"{action}: AWS could not be reached ({error}); try again later") from error


def _meaning(error: ClientError, secret: str, action: str, *, moves_label: bool) -> Exception:
    code, said = code_of(error), _said(error)
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code == "ResourceNotFoundException":
        return NotFound(f"secret {secret} does not exist in this account and Region")
    if is_for_later(code, status):
        return Unavailable(f"secret {secret}: AWS did not answer ({code}); try again later")
    if code == "ResourceExistsException" and action.endswith(":CreateSecret"):
        return WorldMoved(f"secret {secret}: somebody created it meanwhile; plan again")
    if code == "InvalidRequestException" and _HELD in said:
        return NotYet(f"secret {secret}: AWS still holds the name of the deleted one; try again in some seconds")
    if code == "InvalidParameterException" and moves_label:
        return WorldMoved(f"secret {secret}: its labels are no longer as planned ({said}); plan again")
    return Refused(f"secret {secret}: {_refusal(code, said, action)}")


def _refusal(code: str, said: str, action: str) -> str:
    not_permitted = why_not_permitted(code, said, action)
    if not_permitted is not None:
        return not_permitted
    words = _WORDS.get(code, "AWS refused ({code}: {said}); look at the secret before you try again")
    return words.format(code=code, said=said)


def _said(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Message", "no message")).rstrip(".")
