"""``@once`` on a handler: a request with the header ``Idempotency-Key`` is done once, however often it comes."""

import hashlib
import json
import re
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Response, make_response, request
from flask.typing import ResponseReturnValue

from documents.errors import Problem
from ecabinet.clock import now
from ecabinet.requests_once import RequestOnce, claim, done_before
from ecabinet.web import database, person

KEY = re.compile(r"[A-Za-z0-9._-]{8,64}")
JSON = "application/json"

Handler = TypeVar("Handler", bound=Callable[..., ResponseReturnValue])


class _Refused(Exception):
    """Carries the answer of a handler that did nothing past the end of the transaction, which is undone."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response


def once(handler: Handler) -> Handler:
    """Without the header nothing is different. With it all that the handler writes is one transaction with the key and
    the answer; one that it refuses (status 400 and above) claims no key.
    """

    @wraps(handler)
    def answer(*args: Any, **values: Any) -> ResponseReturnValue:
        key = request.headers.get("Idempotency-Key")
        if key is None:
            return handler(*args, **values)
        if not KEY.fullmatch(key):
            raise Problem("malformed", "Idempotency-Key")
        return _first_time(key, lambda: make_response(handler(*args, **values)))

    return cast(Handler, answer)


def _first_time(key: str, act: Callable[[], Response]) -> Response:
    mark = fingerprint()
    with database().reading() as db:
        if known := done_before(db, person().member_id, key, mark):
            return _again(known)
    try:
        with database().together() as db:
            row = claim(db, person().member_id, key, mark, now())
            if row is not None:
                return _keep(row, act())
    except _Refused as refused:
        return refused.response
    with database().reading() as db:
        known = done_before(db, person().member_id, key, mark)
    if known is None:
        raise Problem("busy")
    return _again(known)


def _keep(row: RequestOnce, response: Response) -> Response:
    if response.status_code >= 400:
        raise _Refused(response)
    # A page is nothing to keep: whoever sends again wants to know that it is done.
    is_data = response.mimetype == JSON
    row.status = response.status_code if is_data else 204
    row.answer = response.get_data(as_text=True) if is_data else ""
    return response


def _again(known: RequestOnce) -> Response:
    return Response(known.answer, known.status, mimetype=JSON if known.answer else None)


def fingerprint() -> str:
    """What is asked for, the same however a browser writes a form down, without what belongs to the page alone."""
    if request.mimetype == JSON:
        said = request.get_data(as_text=True)
    else:
        fields = sorted((name, value) for name, value in request.form.items(multi=True) if name != "csrf_token")
        said = json.dumps(fields)
    return hashlib.sha256(f"{request.method} {request.full_path}\n{said}".encode()).hexdigest()
