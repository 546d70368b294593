"""Asking for an identity check from a member's page."""

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from documents.errors import NotFound
from ecabinet.access import Permission
from ecabinet.clock import now
from ecabinet.registry import identity
from ecabinet.registry.models import Member
from ecabinet.web import database, done, engines, person

bp = Blueprint("identity", __name__)


@bp.post("/members/<int:member_id>/verify")
def verify(member_id: int) -> ResponseReturnValue:
    """Those who keep the registry of the member's unit, where a service is set up: queue the question."""
    with database().writing() as db:
        member = db.get(Member, member_id)
        allowed = member is not None and person().may(Permission.MANAGE_REGISTRY, member.unit.path)
        if member is None or not allowed or not engines().config.identity_url:
            raise NotFound(f"member {member_id}")
        identity.ask(db, member, person().member_id, now())
    return done(url_for("members.page", member_id=member_id), _("Đã gửi yêu cầu xác minh."))
