"""The bin of the archive, for its keepers."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from ecabinet.clock import now, today
from ecabinet.library import document_queries
from ecabinet.web import database, person

bp = Blueprint("bin", __name__)


@bp.get("/archive/bin")
def index() -> ResponseReturnValue:
    """The signed-in: what they may take out of the bin, and what has been kept as long as it must be."""
    with database().reading() as db:
        return render_template(
            "library/document_bin.html",
            thrown=document_queries.bin_of(db, person()),
            over=document_queries.time_over(db, person(), today()),
            now=now(),
        )
