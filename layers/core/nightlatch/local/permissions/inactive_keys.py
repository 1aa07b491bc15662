"""A deactivated access key opens nothing: AWS refuses before it asks who calls, so no record of the call is written.

Each protocol has its own name for it. The keys of a role's session cannot be deactivated, only denied.

Source: IAM API reference, CommonErrors (InvalidClientTokenId, UnrecognizedClientException); S3 API reference,
ErrorResponses (InvalidAccessKeyId); IAM user guide, id_credentials_access-keys (an inactive key cannot be used). That
CloudTrail has no record is believed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from moto.iam.models import iam_backends

from nightlatch.local.narrator.calls import Environ, SignedBy, UnknownService, signature, understood
from nightlatch.local.permissions.refusals import Refused, unknown_key

WsgiApp = Callable[[Environ, Any], Iterable[bytes]]


def refusing_inactive_keys(app: WsgiApp) -> WsgiApp:
    """Let every call pass that was not signed with a deactivated key."""

    def checked(environ: Environ, start_response: Any) -> Iterable[bytes]:
        signed_by = signature(environ)
        if signed_by is None or not _is_inactive(signed_by.access_key):
            return app(environ, start_response)
        refused = _refusal(environ, signed_by)
        start_response(refused.status_line, list(refused.headers))
        return [refused.body]

    return checked


def _is_inactive(access_key: str) -> bool:
    keys = (account["aws"].access_keys.get(access_key) for account in list(iam_backends.values()))
    return any(key is not None and key.status == "Inactive" for key in keys)


def _refusal(environ: Environ, signed_by: SignedBy) -> Refused:
    try:
        return unknown_key(understood(environ, signed_by))
    except UnknownService:
        return unknown_key(None)
