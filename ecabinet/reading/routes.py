"""Annotations of a paper over plain requests: what is new, what is added, whom one may share with, who may hide."""

from typing import Any

import orjson
from flask import Blueprint, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from documents.annotation_queries import as_of_now
from documents.errors import Forbidden, Problem
from ecabinet.clock import now
from ecabinet.config import MIB
from ecabinet.fields import asked
from ecabinet.meetings import queries as meetings
from ecabinet.reading import annotating, layers, queries
from ecabinet.reading.desks import Desk, Place, sit
from ecabinet.sockets import whole
from ecabinet.web import database, person, refusal

bp = Blueprint("reading", __name__)

MOST_BODY = 4 * MIB
MOST_NAME = 100
_ADDRESS = "/papers/<int:document_id>/versions/<int:version_id>/annotations"


@bp.get(_ADDRESS)
def annotations(document_id: int, version_id: int) -> ResponseReturnValue:
    """Those who may open the paper: what they see of its annotations, of that what is new after ``since``."""
    place = Place(document_id, version_id, _asked_number("meeting"))
    with database().reading() as db:
        as_of_now(db)
        return jsonify(queries.news(db, _sit(db, place), _asked_number("since") or 0))


@bp.post(_ADDRESS)
def annotate(document_id: int, version_id: int) -> ResponseReturnValue:
    """Those who may open the paper: changes of their own annotations, each made or refused by name."""
    data = _json()
    changes = annotating.changes_of(data)
    current_app.extensions["ecabinet.pace"].take(person().member_id, len(changes))
    with database().writing() as db:
        desk = _sit(db, Place(document_id, version_id, _meeting(data)))
        taken = annotating.take(db, desk, changes, now())
    return jsonify(annotating.answer(taken, refusal))


@bp.get(f"{_ADDRESS}/people")
def people(document_id: int, version_id: int) -> ResponseReturnValue:
    """Those who may open the paper: whom they may share an annotation with, of these by ``name``."""
    place = Place(document_id, version_id, _asked_number("meeting"))
    with database().reading() as db:
        return jsonify(people=queries.people(db, _sit(db, place), asked("name", MOST_NAME), now()))


@bp.post(f"{_ADDRESS}/layer")
def layer(document_id: int, version_id: int) -> ResponseReturnValue:
    """Those who run the meeting: hide or show what is shared with it, on all of its papers."""
    data = _json()
    meeting_id, hidden = whole(data.get("meeting")), data.get("hidden")
    if not isinstance(hidden, bool):
        raise Problem("malformed")
    with database().writing() as db:
        if not _sit(db, Place(document_id, version_id, meeting_id)).runs:
            raise Forbidden
        meeting = meetings.load_to_change(db, person(), meeting_id).meeting
        layers.hide(db, meeting, hidden, person().member_id, now())
    return jsonify(ok=True, hidden=hidden)


def _sit(db: Session, place: Place) -> Desk:
    return sit(db, person(), place)


def _json() -> dict[str, Any]:
    request.max_content_length = MOST_BODY
    if (request.content_length or 0) > MOST_BODY:
        raise Problem("too_large", limit=MOST_BODY // MIB)
    try:
        # Strict: no NaN, no depth without a bottom.
        data = orjson.loads(request.get_data())
    except orjson.JSONDecodeError as error:
        raise Problem("malformed") from error
    if not isinstance(data, dict):
        raise Problem("malformed")
    return data


def _meeting(data: dict[str, Any]) -> int | None:
    return None if data.get("meeting") is None else whole(data["meeting"])


def _asked_number(name: str) -> int | None:
    given = asked(name, 12)
    if not given:
        return None
    if not given.isdecimal() or not given.isascii() or len(given) > 9:
        raise Problem("malformed", name)
    return int(given)
