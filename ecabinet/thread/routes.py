"""The page of a thread, and its beginning on the page of an official document."""

from typing import cast

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ecabinet.entries import EntryTable
from ecabinet.office.desk import Seen
from ecabinet.thread import queries
from ecabinet.thread.queries import Thread
from ecabinet.thread.rules import Kind, Node
from ecabinet.web import database, person

bp = Blueprint("thread", __name__)


def _thread(node: Node) -> Thread:
    table = cast(EntryTable, current_app.extensions["ecabinet.entries"])
    with database().reading() as db:  # one of its own: see queries.thread
        return queries.thread(db, table, person(), node)


@bp.get("/thread/<any(meeting,item,poll,conclusion,resolution,office,task,document):kind>/<int:number>")
def page(kind: str, number: int) -> ResponseReturnValue:
    """Those who may read the thing: what it came from and what came of it, as far as they may read that too."""
    return render_template("thread/page.html", thread=_thread(Node(Kind(kind), number)))


def panel(_db: Session, seen: Seen) -> str:
    """On the page of a document: the nearest of its thread."""
    thread = _thread(Node(Kind.OFFICE, seen.doc.id))
    return "" if thread.bare else render_template("thread/panel.html", thread=thread)
