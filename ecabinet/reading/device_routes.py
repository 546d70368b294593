"""What a tablet keeps: what there is to take along, whether its session still lives, and the page that shows it all."""

import hashlib
import json
from typing import Any

from flask import Blueprint, g, jsonify, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from ecabinet.access import Person
from ecabinet.clock import now
from ecabinet.reading import device, taking
from ecabinet.reading.taking import Luggage, PaperTaken
from ecabinet.web import csrf_token, database, person, public

bp = Blueprint("device", __name__, url_prefix="/device")


@bp.get("")
def page() -> ResponseReturnValue:
    """The signed-in: what this browser keeps for them; its own scripts fill it in, also without a network."""
    return render_template("reading/device.html")


@bp.get("/session")
@public
def standing() -> ResponseReturnValue:
    """Everybody: who is signed in, until when, and whether the session that the device was kept for (``?held=``) is
    one of theirs that still lives.
    """
    found: Person | None = g.get("person")
    if found is None:
        return jsonify(member=None, held=False)
    with database().reading() as db:
        said = device.standing(db, found, session["token"], request.args.get("held", ""), now())
    member, _dot, name = device.owner().partition(".")
    until = int(said.until.timestamp() * 1000) if said.until is not None else 0
    return jsonify(member=member, session=name, until=until, held=said.held, csrf=csrf_token())


@bp.get("/meetings/<int:meeting_id>")
def meeting(meeting_id: int) -> ResponseReturnValue:
    """The invited and those who run it: the addresses of all that is taken along of a meeting."""
    with database().reading() as db:
        luggage = taking.of_meeting(db, person(), meeting_id)
    pages = [url_for("meetings.page", meeting_id=meeting_id)]
    if luggage.check_in_code is not None:
        pages.append(url_for("meetings.invitation", meeting_id=meeting_id))
        pages.append(url_for("meetings.check_in_qr", code=luggage.check_in_code))
    pages += [url_for("notebook.index", meeting=meeting_id), url_for("notebook.new", meeting=meeting_id)]
    pages += [url_for("notebook.page", note_id=note_id) for note_id in luggage.notes]
    return _said(luggage, pages, {"meeting": meeting_id})


@bp.get("/opinions/<int:round_id>")
def opinion(round_id: int) -> ResponseReturnValue:
    """Those asked: the same of a round of opinions."""
    with database().reading() as db:
        luggage = taking.of_round(db, person(), round_id)
    return _said(luggage, [url_for("opinions.page", round_id=round_id)], {"opinion": round_id})


def _said(luggage: Luggage, pages: list[str], within: dict[str, int]) -> ResponseReturnValue:
    papers = [_paper(paper, within) for paper in luggage.papers]
    said = {"title": luggage.title, "url": pages[0], "pages": pages, "papers": papers}
    said["stamp"] = hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]
    return jsonify(said)


def _paper(paper: PaperTaken, within: dict[str, int]) -> dict[str, Any]:
    """``page`` opens it, ``content`` are its bytes, ``comments`` and ``annotations`` what its page fetches by itself;
    ``layer`` is what the browser calls its annotations.
    """
    of: dict[str, Any] = {"document_id": paper.document_id, "version_id": paper.version_id}
    page_of: dict[str, Any] = {"document_id": paper.document_id, **within}
    meeting_id = within.get("meeting")
    return {
        "title": paper.title,
        "page": url_for("library.read", **page_of),
        "content": url_for("library.content", **of, of=paper.read_as),
        "etag": paper.etag,
        "size": paper.size,
        "comments": url_for("comments.beside", **page_of) if meeting_id is not None else None,
        "annotations": url_for("reading.annotations", **of, meeting=meeting_id),
        "layer": f"{paper.version_id}|{meeting_id or ''}",
    }
