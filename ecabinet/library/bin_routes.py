"""The bin of the archive, for its keepers."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from ecabinet.clock import today
from ecabinet.library import document_queries
from ecabinet.web import database, person

bp = Blueprint("bin", __name__)


@bp.get("/archive/bin")
def index() -> ResponseReturnValue:
    """The signed-in: what they may take out of the bin, and what has been kept as long as it must be."""
    page = min(max(request.args.get("page", 1, type=int), 1), document_queries.LAST_PAGE)
    with database().reading() as db:
        thrown, more = document_queries.bin_of(db, person(), page)
        over = document_queries.time_over(db, person(), today()) if page == 1 else []
        return render_template("library/document_bin.html", thrown=thrown, page=page, more=more, over=over)
