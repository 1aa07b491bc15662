"""After this module a reader knows what Lambda's own Invoke call does on the stage.

Everything in moto that runs a function (Invoke, SNS, a rotation) goes through one method. The stage puts
its runtime there, so that whoever calls gets the real handler.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from moto.awslambda.exceptions import LambdaClientError
from moto.awslambda.models import LambdaFunction

from nightlatch.local.running.asynchronous import AsyncInvoker
from nightlatch.local.running.runtime import Runtime, Throttled


class TooManyRequests(LambdaClientError):  # type: ignore[misc]  # moto is untyped here
    """What Lambda answers when a function's concurrency is used up."""

    code = 429

    def __init__(self, message: str) -> None:
        super().__init__("TooManyRequestsException", message)


_NOT_OURS = json.dumps(
    {"errorType": "Stage.NotDeployed", "errorMessage": "the stage runs the functions of its template alone"}
).encode()


@contextmanager
def running_functions(runtime: Runtime, invoker: AsyncInvoker) -> Iterator[None]:
    """Let moto's functions run for real until the block ends."""
    original = LambdaFunction.invoke

    def invoke(
        function: Any, body: str | bytes, request_headers: Mapping[str, str], response_headers: dict[str, str]
    ) -> str | bytes:
        payload = body.encode() if isinstance(body, str) else body
        kind = {name.lower(): value for name, value in request_headers.items()}.get("x-amz-invocation-type")
        if kind == "Event":
            invoker.submit(function.function_name, payload or b"{}", via="Invoke")
            return b""
        if kind == "DryRun":
            return b""
        if not runtime.has(function.function_name):
            response_headers["x-amz-function-error"] = "Unhandled"
            return _NOT_OURS
        try:
            invocation = runtime.invoke(function.function_name, payload or b"{}")
        except Throttled as error:
            raise TooManyRequests(str(error)) from error
        if invocation.error:
            response_headers["x-amz-function-error"] = invocation.error
        return invocation.payload

    LambdaFunction.invoke = invoke
    try:
        yield
    finally:
        LambdaFunction.invoke = original
