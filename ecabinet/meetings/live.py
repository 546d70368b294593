"""Socket events of meetings."""

import asyncio
from collections.abc import Awaitable, Callable

from documents.errors import Problem
from ecabinet.blocks import Rendered, View, Viewer, now_rev
from ecabinet.sockets import Admit, Caller, Payload, Sockets, whole


def register(sockets: Sockets, admit: Admit, shared_page: Callable[[Viewer], Awaitable[list[Rendered]]]) -> None:
    """``join`` {meeting, view}: enter the room of a live page; the acknowledgement carries what all there see now."""
    sockets.admit = admit

    def viewer_of(caller: Caller, meeting_id: int, view: View) -> tuple[Viewer, int]:
        # The page may have been connected for long: who it belongs to, and as what, is asked anew.
        caller.person = sockets.identify(caller.token)
        with sockets.services.engines.database.reading() as db:
            rev = now_rev(db)
            return admit(db, caller.person, meeting_id, view, caller.locale), rev

    async def on_join(sid: str, caller: Caller, data: Payload) -> Payload:
        meeting_id = whole(data.get("meeting"))
        try:
            view = View(data.get("view", View.MEETING))
        except ValueError as error:
            raise Problem("malformed") from error
        viewer = sockets.seated(*await asyncio.to_thread(viewer_of, caller, meeting_id, view))
        # First the room, then the state: a change in between is pushed, and the later revision wins on the page.
        sockets.enter(sid, caller, viewer)
        return {"ok": True, "blocks": await shared_page(viewer.shared())}

    sockets.on("join", on_join)
