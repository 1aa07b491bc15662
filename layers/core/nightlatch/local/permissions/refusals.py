"""How a service says that a role lacks a permission: its own code, its own spelling, its own wire format.

Source: IAM user guide, troubleshoot_access-denied (the sentence and its two endings); botocore 1.43 service models
(AuthorizationError and KMSAccessDenied of SNS); real records of 2024 name a secret as the caller did. That SQS spells
the action in small letters and SNS its service in capitals, that S3 quotes the ARN and IAM says `role NAME`, and what
Secrets Manager says about a key, is remembered from messages of real accounts and believed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import uuid4
from xml.sax.saxutils import escape

from nightlatch.local.fidelity.conditions import CannotEvaluate
from nightlatch.local.narrator.calls import ApiCall
from nightlatch.local.permissions.policies import Request, Verdict

_ENDINGS: Mapping[Verdict, str] = {
    Verdict.DENIED: "with an explicit deny in an identity-based policy",
    Verdict.NOT_ALLOWED: "because no identity-based policy allows the {action} action",
    Verdict.DENIED_BY_RESOURCE: "with an explicit deny in a resource-based policy",
    Verdict.NOT_ALLOWED_BY_RESOURCE: "because no resource-based policy allows the {action} action",
}
_BY_WAY_OF: Mapping[str, str] = {"sns": "KMSAccessDenied", "secretsmanager": "AccessDeniedException"}
_CODES: Mapping[str, str] = {
    "iam": "AccessDenied",
    "s3": "AccessDenied",
    "sns": "AuthorizationError",
    "sqs": "AccessDenied",
    "sts": "AccessDenied",
}
_BAD_REQUEST, _FORBIDDEN = 400, 403
_WRITTEN = frozenset({"json", "query", "rest-json", "rest-xml"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """An HTTP answer that says no."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def status_line(self) -> str:
        """Write the status as WSGI wants it."""
        return f"{self.status} {'Forbidden' if self.status == _FORBIDDEN else 'Bad Request'}"


def denied(call: ApiCall, user: str, request: Request, verdict: Verdict) -> Refused:
    """Refuse a call because its role lacks one of the permissions it needs.

    Args:
        call: What was asked.
        user: The ARN of who asked: the session of the role.
        request: The first permission that it lacks.
        verdict: Why.

    Raises:
        CannotEvaluate: The call came in a protocol that no refusal is written in.
    """
    action = _spelled(request.action)
    text = (
        f"User: {user} is not authorized to perform: {action} on resource: {request.named or request.resource} "
        f"{_ENDINGS[verdict].format(action=action)}"
    )
    if request.through == "secretsmanager":
        text = "Access to KMS is not allowed"
    code = _BY_WAY_OF.get(request.through) or _CODES.get(call.service, "AccessDeniedException")
    return _written(call, code, text)


def unknown_key(call: ApiCall | None) -> Refused:
    """Refuse a call that was signed with a key which opens nothing."""
    if call is not None and call.protocol == "rest-xml":
        return _written(call, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.")
    text = "The security token included in the request is invalid."
    if call is not None and call.protocol == "query":
        return _written(call, "InvalidClientTokenId", text)
    return not_judged(call, "UnrecognizedClientException", text)


def not_judged(call: ApiCall | None, code: str, text: str) -> Refused:
    """Refuse a call with an error that AWS does not have, as far as it was understood."""
    if call is not None and call.protocol in _WRITTEN:
        return _written(call, code, text)
    body = json.dumps({"__type": code, "message": text})
    return _refused(_BAD_REQUEST, "application/json", body, str(uuid4()), ("x-amzn-errortype", code))


def _written(call: ApiCall, code: str, text: str) -> Refused:
    request_id = str(uuid4())
    if call.protocol == "query":
        space = call.operation.service_model.metadata.get("xmlNamespace", "")
        body = (
            f'<ErrorResponse xmlns="{space}"><Error><Type>Sender</Type><Code>{escape(code)}</Code>'
            f"<Message>{escape(text)}</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>"
        )
        return _refused(_FORBIDDEN, "text/xml", body, request_id)
    if call.protocol == "rest-json":
        body = json.dumps({"Message": text})
        return _refused(_FORBIDDEN, "application/json", body, request_id, ("x-amzn-errortype", code))
    if call.protocol == "rest-xml":
        body = (
            f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{escape(code)}</Code>'
            f"<Message>{escape(text)}</Message><RequestId>{request_id}</RequestId></Error>"
        )
        # Nothing follows the head of an answer to HEAD; its client knows the number alone.
        told = "" if call.operation.http.get("method") == "HEAD" else body
        return _refused(_FORBIDDEN, "application/xml", told, request_id, ("x-amz-request-id", request_id))
    if call.protocol == "json":
        body = json.dumps({"__type": code, "message": text})
        # SQS was a query service, and its clients still read the code from there.
        old = [("x-amzn-query-error", f"{code};Sender")] if call.service == "sqs" else []
        return _refused(_BAD_REQUEST, "application/x-amz-json-1.1", body, request_id, *old)
    raise CannotEvaluate(f"a call in the protocol {call.protocol}, in which the stage cannot refuse")


def _refused(status: int, kind: str, body: str, request_id: str, *more: tuple[str, str]) -> Refused:
    encoded = body.encode()
    headers = (("Content-Type", kind), ("Content-Length", str(len(encoded))), ("x-amzn-requestid", request_id), *more)
    return Refused(status=status, headers=headers, body=encoded)


def _spelled(action: str) -> str:
    service, _, name = action.partition(":")
    if service == "sqs":
        return action.lower()
    return f"SNS:{name}" if service == "sns" else action
