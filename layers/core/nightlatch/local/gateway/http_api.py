"""After this module a reader knows how an HTTP request becomes a function's event, and an answer again.

The event is API Gateway's payload format 2.0, with the body as it came: a signature over the raw body can
only be checked if nobody has touched it. Throttling is the stage's own, as the template sets it.

Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

from __future__ import annotations

import base64
import json
import re
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from werkzeug.wrappers import Request, Response

from nightlatch.local.deployment import HttpRoute
from nightlatch.local.journal import Entry, Journal, Outcome, Step
from nightlatch.local.running.invocation import Invocation
from nightlatch.local.running.runtime import Runtime, Throttled

# What API Gateway passes on as text; every other body arrives in base64.
_TEXT_TYPES = re.compile(r"(text/.*|application/(json|javascript|xml|.*\+json|.*\+xml|x-www-form-urlencoded))")


class HttpApi:
    """A WSGI application that stands for one HTTP API."""

    def __init__(
        self,
        routes: Iterable[HttpRoute],
        runtime: Runtime,
        *,
        account: str,
        journal: Journal,
        now: Callable[[], datetime],
    ) -> None:
        self._routes = tuple(routes)
        self._buckets = {route.route_key: _Bucket(route.rate_limit, route.burst_limit) for route in self._routes}
        self._runtime = runtime
        self._account = account
        self._journal = journal
        self._now = now

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer one request."""
        answer: Iterable[bytes] = self._answer(Request(environ))(environ, start_response)
        return answer

    def _answer(self, request: Request) -> Response:
        route = self._route_for(request.method, request.path)
        if route is None:
            return _message(HTTPStatus.NOT_FOUND, "Not Found")
        if not self._buckets[route.route_key].take():
            self._write(route, Outcome.REFUSED, 0.0, "throttled")
            return _message(HTTPStatus.TOO_MANY_REQUESTS, "Too Many Requests")
        begun = time.monotonic()
        event = self._event(request, route)
        try:
            invocation = self._runtime.invoke(route.function_name, json.dumps(event).encode())
        except Throttled as error:
            self._write(route, Outcome.FAILED, 0.0, str(error))
            return _message(HTTPStatus.SERVICE_UNAVAILABLE, "Service Unavailable")
        outcome = Outcome.FAILED if invocation.error else Outcome.DELIVERED
        self._write(route, outcome, (time.monotonic() - begun) * 1000, invocation.error_type)
        return _response(invocation)

    def _route_for(self, method: str, path: str) -> HttpRoute | None:
        for wanted in (f"{method} {path}", f"ANY {path}", "$default"):
            for route in self._routes:
                if route.route_key == wanted:
                    return route
        return None

    def _event(self, request: Request, route: HttpRoute) -> dict[str, Any]:
        now = self._now()
        body = request.get_data()
        is_text = _TEXT_TYPES.fullmatch(request.mimetype or "text/plain") is not None
        event: dict[str, Any] = {
            "version": "2.0",
            "routeKey": route.route_key,
            "rawPath": request.path,
            "rawQueryString": request.query_string.decode("latin-1"),
            "headers": _headers(request),
            "requestContext": {
                "accountId": self._account,
                "apiId": route.api_id,
                "domainName": request.host,
                "domainPrefix": request.host.partition(".")[0],
                "http": {
                    "method": request.method,
                    "path": request.path,
                    "protocol": request.environ.get("SERVER_PROTOCOL", "HTTP/1.1"),
                    "sourceIp": request.remote_addr or "",
                    "userAgent": request.headers.get("User-Agent", ""),
                },
                "requestId": uuid.uuid4().hex[:15] + "=",
                "routeKey": route.route_key,
                "stage": "$default",
                "time": now.strftime("%d/%b/%Y:%H:%M:%S +0000"),
                "timeEpoch": int(now.timestamp() * 1000),
            },
            "isBase64Encoded": bool(body) and not is_text,
        }
        query = _joined(parse_qsl(event["rawQueryString"], keep_blank_values=True))
        if query:
            event["queryStringParameters"] = query
        if request.headers.get("Cookie"):
            event["cookies"] = [part.strip() for part in request.headers["Cookie"].split(";")]
        if body:
            event["body"] = body.decode() if is_text else base64.b64encode(body).decode()
        return event

    def _write(self, route: HttpRoute, outcome: Outcome, ms: float, reason: str) -> None:
        self._journal.write(
            Entry(
                at=self._journal.now(),
                step=Step.HTTP,
                outcome=outcome,
                what=route.route_key,
                via="http api",
                target=route.function_name,
                ms=ms,
                reason=reason,
            )
        )


def _headers(request: Request) -> dict[str, str]:
    """Write the headers as API Gateway does: small letters, several of a name joined by commas."""
    pairs = [(name.lower(), value) for name, value in request.headers.items() if name.lower() != "cookie"]
    return _joined(pairs)


def _joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in pairs:
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    return joined


def _response(invocation: Invocation) -> Response:
    """Turn a function's answer into a response; API Gateway hides a function's error behind a 500."""
    answer = invocation.answer()
    if invocation.error:
        return _message(HTTPStatus.INTERNAL_SERVER_ERROR, "Internal Server Error")
    if not isinstance(answer, Mapping) or "statusCode" not in answer:
        # Without a status code API Gateway takes the whole answer for the body.
        return Response(json.dumps(answer), HTTPStatus.OK, content_type="application/json")
    body = str(answer.get("body") or "")
    raw = base64.b64decode(body) if answer.get("isBase64Encoded") else body.encode()
    response = Response(raw, int(answer["statusCode"]), content_type="application/json")
    for name, value in (answer.get("headers") or {}).items():
        response.headers[name] = str(value)
    for cookie in answer.get("cookies") or []:
        response.headers.add("Set-Cookie", cookie)
    return response


def _message(status: HTTPStatus, text: str) -> Response:
    return Response(json.dumps({"message": text}), status, content_type="application/json")


class _Bucket:
    """API Gateway's token bucket: a burst at once, then so many requests per second."""

    def __init__(self, rate: float | None, burst: int | None) -> None:
        self._rate = rate
        self._size = float(burst if burst is not None else (rate or 1))
        self._tokens = self._size
        self._filled = time.monotonic()
        self._lock = threading.Lock()

    def take(self) -> bool:
        if self._rate is None:
            return True
        with self._lock:
            now = time.monotonic()
            self._tokens = min(self._size, self._tokens + (now - self._filled) * self._rate)
            self._filled = now
            if self._tokens < 1:
                return False
            self._tokens -= 1
            return True
