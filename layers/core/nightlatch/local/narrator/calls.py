"""What was asked: the service, the operation and the parameters of one signed HTTP request.

Three ways of asking are in use: a JSON body with the operation in a header, a form with the operation in a
field, and for Lambda and its like a method and a path. moto's own request parsers read the last two, so both
sides understand a call alike.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import Request, determine_request_protocol
from moto.core.routing import get_service_router
from moto.core.utils import get_service_model

from nightlatch.local.narrator.services import DATA_PLANE, MODELS, NARRATED, NOT_NARRATED

Environ = dict[str, Any]

_SCOPE = re.compile(r"Credential=(?P<key>[^/]+)/\d{8}/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request")


class UnknownService(LookupError):
    """A service was called for which the stage has not decided whether its calls are told: add it to `services.py`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedBy:
    """What the signature of a request says, before anything else is read."""

    access_key: str
    region: str
    service: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiCall:
    """One request, understood; the parameters are as the client sent them and may hold secret text."""

    signed_by: SignedBy
    protocol: str
    operation: Any  # moto's OperationModel: name, http, input_shape, output_shape
    parameters: Mapping[str, Any]

    @property
    def service(self) -> str:
        """The name the client signed with: `secretsmanager`."""
        return self.signed_by.service

    @property
    def name(self) -> str:
        """The operation as the service model calls it."""
        return str(self.operation.name)

    def __repr__(self) -> str:
        return f"ApiCall({self.service}:{self.name})"  # never the parameters


def signature(environ: Environ) -> SignedBy | None:
    """Read who signed a request for which service; nothing for an unsigned request."""
    found = _SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
    if found is None:
        return None
    return SignedBy(access_key=found["key"], region=found["region"], service=found["service"])


def read_call(environ: Environ, signed_by: SignedBy) -> ApiCall | None:
    """Understand a request; nothing for calls that CloudTrail does not write down as management events.

    The body is read and put back, so that moto can read it again.

    Raises:
        UnknownService: Nobody has decided whether this service is told.
    """
    if signed_by.service in NOT_NARRATED:
        return None
    if signed_by.service not in NARRATED:
        raise UnknownService(f"{signed_by.service} is in neither NARRATED nor NOT_NARRATED")
    call = understood(environ, signed_by)
    return None if call.name in DATA_PLANE.get(signed_by.service, ()) else call


def understood(environ: Environ, signed_by: SignedBy) -> ApiCall:
    """Understand a request, told or not; the body is read and put back.

    Raises:
        UnknownService: The stage has no model of this service.
    """
    model_name = MODELS.get(signed_by.service)
    if model_name is None:
        raise UnknownService(f"{signed_by.service} is not in MODELS")
    return _understood(environ, signed_by, model_name, _body(environ))


def _body(environ: Environ) -> bytes:
    body: bytes = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    return body


def _understood(environ: Environ, signed_by: SignedBy, model_name: str, body: bytes) -> ApiCall:
    target = environ.get("HTTP_X_AMZ_TARGET")
    if target is not None:
        operation = get_service_model(model_name).operation_model(target.rsplit(".", 1)[-1])
        return ApiCall(signed_by=signed_by, protocol="json", operation=operation, parameters=json.loads(body or b"{}"))
    request = Request({**environ, "wsgi.input": io.BytesIO(body)})
    protocol = determine_request_protocol(get_service_model(model_name), request.content_type)
    operation, path_parameters = get_service_router(model_name).match(request)
    parameters = PROTOCOL_PARSERS[protocol](operation).parse(
        {
            "method": request.method,
            "values": request.values,
            "headers": request.headers,
            "body": request.data,
            "url_path": request.path,
            "url_params": path_parameters,
        }
    )
    return ApiCall(signed_by=signed_by, protocol=protocol, operation=operation, parameters=parameters)
