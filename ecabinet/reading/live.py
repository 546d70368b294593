"""Socket events of annotations: ``read`` and ``annotate`` come in, ``annotations`` and ``layer`` go out.

Each process tells its own pages what is new on the versions they show, from the database and in its order: whoever has
heard of the change ``seq`` has heard of all before it, whichever process made them. What the processes tell each other
is only that there is something new.
"""

import asyncio
import logging
from collections.abc import Sequence
from typing import Any

from documents.annotation_queries import as_of_now, seq_of
from documents.database import Change
from documents.errors import Problem
from ecabinet.access import meeting_label, member_label
from ecabinet.clock import now
from ecabinet.reading import annotating, layers, queries
from ecabinet.reading.annotating import AnnotationBox, Batch
from ecabinet.reading.desks import Desk, Place, sit
from ecabinet.reading.pace import Pace
from ecabinet.reading.queries import Told
from ecabinet.sockets import Caller, Payload, Sockets, whole

log = logging.getLogger(__name__)

SHARED, OWN = "paper", "own-paper"
"""Of each page that shows a paper: the room of all who read it in the same meeting, and the room of one member."""


class Papers:
    """The pages of this process that show a paper.

    ``read`` {document, version, meeting}: from then on the page hears what is new there; it asks for what was before.
    ``annotate`` {document, version, meeting, changes}: answered as a plain request is, after the commit.
    """

    def __init__(self, sockets: Sockets, box: AnnotationBox, pace: Pace) -> None:
        self._sockets, self._box, self._pace = sockets, box, pace
        self._places: dict[str, Place] = {}
        self._told: dict[int, int] = {}
        self._telling: set[int] = set()
        self._due: set[int] = set()
        self._under_way: set[asyncio.Task[None]] = set()
        sockets.on("read", self._on_read)
        sockets.on("annotate", self._on_annotate)
        sockets.again.append(self._look_again)
        sockets.sio.manager.orders["papers"] = self._hear

    async def _on_read(self, sid: str, caller: Caller, data: Payload) -> Payload:
        place = place_of(data)
        desk, seq = await asyncio.to_thread(self._open, caller, place)
        self._enter(sid, caller, place)
        # What was committed since ``seq`` was read had nobody here to be told of it.
        self._told.setdefault(place.version_id, seq)
        self._tell_soon(place.version_id)
        return {"ok": True, "seq": seq, "hidden": desk.hidden}

    def _open(self, caller: Caller, place: Place) -> tuple[Desk, int]:
        # The page may have been connected for long: who it belongs to, and what is open to them, is asked anew.
        caller.person = self._sockets.identify(caller.token)
        with self._sockets.services.engines.database.reading() as db:
            seq = seq_of(db, place.version_id)
            return sit(db, caller.person, place), seq

    async def _on_annotate(self, _sid: str, caller: Caller, data: Payload) -> Payload:
        place, changes = place_of(data), annotating.changes_of(data)
        self._pace.take(caller.person.member_id, len(changes))
        taken = await self._box.commit(Batch(caller.token, place, changes, now()))
        return annotating.answer(taken, lambda problem: self._sockets.refusal(problem, caller))

    def _enter(self, sid: str, caller: Caller, place: Place | None) -> None:
        if place is None or sid not in self._sockets.callers:
            self._places.pop(sid, None)
        else:
            self._places[sid] = place
        self._sockets.place(sid, caller, SHARED, _shared_room(place) if place is not None else None)
        own = _own_room(place.version_id, caller.person.member_id) if place is not None else None
        self._sockets.place(sid, caller, OWN, own)

    async def _look_again(self, sid: str, caller: Caller) -> None:
        """Take a page out of its rooms that may no longer show its paper."""
        place = self._places.get(sid)
        if place is None:
            return
        try:
            await asyncio.to_thread(self._open, caller, place)
        except Problem:
            if self._places.get(sid) == place:  # else it went to another paper meanwhile, and was asked there
                self._enter(sid, caller, None)
                await self._sockets.sio.emit("stale", {}, room=sid)
        except Exception:
            # A database that is away is no reason to throw anybody out; it is asked again in a minute.
            log.exception("could not ask who may still read")

    def _readers(self) -> list[tuple[str, Caller, Place]]:
        """The pages that are still there."""
        for sid in self._places.keys() - self._sockets.callers.keys():
            del self._places[sid]
        return [(sid, self._sockets.callers[sid], place) for sid, place in self._places.items()]

    def _hear(self, order: Payload) -> None:
        for version_id in order["versions"]:
            self._tell_soon(version_id)
        documents, meetings = set(order["documents"]), set(order["meetings"])
        for sid, caller, place in self._readers():
            if place.document_id in documents:
                self._begin(self._look_again(sid, caller))
        if meetings:
            self._begin(self._tell_of_layers(meetings))

    def _begin(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    def _tell_soon(self, version_id: int) -> None:
        if version_id not in self._told:
            return  # nobody here shows it
        self._due.add(version_id)
        if version_id not in self._telling:
            self._telling.add(version_id)
            self._begin(self._tell(version_id))

    async def _tell(self, version_id: int) -> None:
        """Tell what is new, again while more comes; a storm of strokes is told in as few messages as there is time."""
        try:
            while version_id in self._due:
                self._due.discard(version_id)
                if not self._labels_here(version_id):
                    self._told.pop(version_id, None)
                    return
                self._say(version_id, await asyncio.to_thread(self._news, version_id))
        except Exception:
            # The next change tells of these too: what was not told is not counted as told.
            log.exception("could not tell what is new on version %d", version_id)
        finally:
            self._telling.discard(version_id)

    def _news(self, version_id: int) -> Told:
        with self._sockets.services.engines.database.reading() as db:
            as_of_now(db)
            return queries.to_tell(db, version_id, self._told[version_id])

    def _labels_here(self, version_id: int) -> set[str]:
        readers = self._readers()
        return {
            label
            for _sid, caller, place in readers
            if place.version_id == version_id
            for label in _labels(caller, place)
        }

    def _say(self, version_id: int, told: Told) -> None:
        """To single members first, then to meetings. Only the last of all carries the new ``seq``: a page cut off in
        between asks for all of it again.

        Who is here is asked now, not when the news was read: a page that came meanwhile asks for what was before it
        came, and whatever was committed since is among this.
        """
        before, self._told[version_id] = self._told[version_id], told.seq
        here = self._labels_here(version_id)
        for label in sorted(here & told.by_label.keys(), key=lambda one: one.startswith("meeting:")):
            shared = label.startswith("meeting:")
            messages = told.by_label[label]
            for number, some in enumerate(messages, 1):
                seq = told.seq if shared and number == len(messages) else before
                self._push(version_id, seq, some, f"{SHARED if shared else OWN}:{version_id}:{label}")

    def _push(self, version_id: int, seq: int, some: list[dict[str, Any]], room: str) -> None:
        self._sockets.sio.manager.tell("annotations", {"version": version_id, "seq": seq, "annotations": some}, room)

    async def _tell_of_layers(self, meetings: set[int]) -> None:
        hidden = await asyncio.to_thread(self._hidden, meetings)
        for place in {place for _sid, _caller, place in self._readers() if place.meeting_id in meetings}:
            state = {"version": place.version_id, "meeting": place.meeting_id, "hidden": place.meeting_id in hidden}
            self._sockets.sio.manager.tell("layer", state, _shared_room(place))

    def _hidden(self, meetings: set[int]) -> set[int]:
        with self._sockets.services.engines.database.reading() as db:
            return layers.hidden_of(db, meetings)


def order(changes: Sequence[Change]) -> Payload | None:
    """What the processes tell each other after a commit: where there is something new, or somebody else may read."""
    told = {
        "versions": [key for kind, key in changes if kind == "annotations"],
        "documents": [key for kind, key in changes if kind == "document"],
        "meetings": [key for kind, key in changes if kind == "shared_layer"],
    }
    return told if any(told.values()) else None


def place_of(data: Payload) -> Place:
    """Where a message says that its page reads."""
    meeting_id = data.get("meeting")
    return Place(
        whole(data.get("document")), whole(data.get("version")), None if meeting_id is None else whole(meeting_id)
    )


def _labels(caller: Caller, place: Place) -> list[str]:
    own = [member_label(caller.person.member_id)]
    return own if place.meeting_id is None else [*own, meeting_label(place.meeting_id)]


def _shared_room(place: Place) -> str:
    return f"{SHARED}:{place.version_id}:{meeting_label(place.meeting_id) if place.meeting_id is not None else ''}"


def _own_room(version_id: int, member_id: int) -> str:
    return f"{OWN}:{version_id}:{member_label(member_id)}"
