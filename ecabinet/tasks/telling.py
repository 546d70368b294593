"""Whom a task concerns, and what they are told. The words are Vietnamese, as those of all letters of the house."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ecabinet.access import GRANTS, Permission
from ecabinet.notices.operations import tell_all
from ecabinet.registry.models import Account, UnitRole
from ecabinet.tasks.models import GIVE, Task
from ecabinet.tasks.rules import STEPS, Part, Said, TaskAct

_SUBJECTS = {
    GIVE: "Nhiệm vụ mới",
    TaskAct.REPORT: "Đã báo cáo kết quả nhiệm vụ",
    TaskAct.APPROVE: "Nhiệm vụ được xác nhận hoàn thành",
    TaskAct.RETURN: "Nhiệm vụ bị trả lại",
    TaskAct.CANCEL: "Nhiệm vụ đã hủy",
    TaskAct.ASK_EXTENSION: "Đề nghị gia hạn nhiệm vụ",
    TaskAct.GRANT: "Nhiệm vụ được gia hạn",
    TaskAct.REFUSE: "Không đồng ý gia hạn nhiệm vụ",
    TaskAct.EXTEND: "Nhiệm vụ được gia hạn",
    TaskAct.REASSIGN: "Nhiệm vụ được giao cho người khác",
}
"""What people are told of; taking a task on and going ahead with it they see on its page."""
_ANSWER_FOR = [
    role for role, granted in GRANTS.items() if granted & {Permission.HOLD_MEETINGS, Permission.APPROVE}
]  # fmt: skip


def tell(
    db: Session, task: Task, kind: str, said: Said, by: int, now: datetime, also: Collection[int] = ()
) -> None:  # fmt: skip
    """What a giver does concerns those who do the work, and the other way round; ``also``: and these members."""
    subject = _SUBJECTS.get(kind)
    if subject is None:
        return
    to_giver = kind != GIVE and Part.OWNER in STEPS[TaskAct(kind)].by
    members = {*also, *({task.given_by} if to_giver else workers(db, task))}
    words = f"{said.text}\n" if kind != GIVE and said.text else ""
    text = f"{task.title}\n{words}Hạn: {task.due_on.strftime('%d/%m/%Y')}. Thực hiện: {task.owner_name}."
    tell_all(db, members - {by}, f"{subject}: {task.title}", text, f"/tasks/{task.id}", now, about=f"task:{task.id}")


def workers(db: Session, task: Task) -> set[int]:
    """Owner and helpers; for a unit those who hold the office of that very unit."""
    members = {task.owner_member_id, *(helper.member_id for helper in task.helpers)}
    units = [one for one in (task.owner_unit_id, *(helper.unit_id for helper in task.helpers)) if one is not None]
    officers = (
        select(Account.member_id)
        .join(UnitRole, UnitRole.account_id == Account.id)
        .where(UnitRole.unit_id.in_(units), UnitRole.role.in_(_ANSWER_FOR))
    )
    return {one for one in members if one is not None} | set(db.scalars(officers))
