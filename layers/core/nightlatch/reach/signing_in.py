"""What it means that AWS does not let the caller in."""

from __future__ import annotations

from botocore.exceptions import BotoCoreError, ClientError

from nightlatch.domain.errors import NotFound, Unavailable


class signing_in:  # noqa: N801 - reads as a sentence: with signing_in()
    """Turn the many ways of not getting in into one line with the next step."""

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        """Translate what AWS or its SDK said."""
        if isinstance(error, ClientError):
            code = error.response.get("Error", {}).get("Code", "")
            if code == "ValidationError":
                raise NotFound("there is no such stack here; name it with --stack, and its Region with --region")
            raise Unavailable(
                f"AWS did not accept the call ({code}); check your credentials: aws sts get-caller-identity"
            )
        if isinstance(error, BotoCoreError):
            raise Unavailable(f"AWS could not be asked ({error}); sign in first, or name --profile and --region")
