"""A round of written opinions that is out: some have answered, the demonstration's members have not."""

from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.blobs import Blob
from ecabinet.clock import ZONE
from ecabinet.meetings.agenda import PaperFile
from ecabinet.opinions import answers, drafting, notices, rounds
from ecabinet.opinions.answer_rules import Choice
from ecabinet.opinions.models import OpinionRecipient, OpinionRound
from ecabinet.opinions.rules import DEFAULT_OPTIONS, OptionDraft, RoundDraft, RoundState
from ecabinet.registry.models import Account, Body, Unit

TITLE = "Lấy ý kiến về dự thảo Quy chế làm việc của Ban Thường vụ"
BODY = (
    "Văn phòng đã chỉnh lý dự thảo theo ý kiến tại hội nghị lần trước. Đề nghị đồng chí nghiên cứu và cho ý kiến, "
    "tập trung vào thời hạn gửi tài liệu (Điều 7) và việc biểu quyết bằng phiếu (Điều 12)."
)
QUESTIONS = (
    ("Đồng chí có đồng ý với toàn văn dự thảo Quy chế không?", DEFAULT_OPTIONS),
    (
        "Tài liệu gửi trước hội nghị ít nhất bao nhiêu ngày?",
        (OptionDraft("3 ngày làm việc"), OptionDraft("5 ngày làm việc"), OptionDraft("7 ngày làm việc")),
    ),
)
PAPER = "cong-van-huong-dan-dmtc.pdf"
PAPER_TITLE = "Tài liệu tham khảo: công văn hướng dẫn"
ANSWERED = slice(5, 12)
SAID = {2: "Đề nghị bổ sung trường hợp họp trực tuyến tại Điều 9.", 5: "Nên quy định rõ người tổng hợp ý kiến."}
DAYS = timedelta(days=5)


def make_round(
    db: Session, unit: Unit, body: Body, secretary: Account, blobs: dict[Path, Blob], now: datetime
) -> OpinionRound:
    """Prepare and send it as the secretary would; seven of the fifteen asked have answered."""
    by = secretary.member_id
    made = drafting.create(db, unit, RoundDraft(TITLE, BODY, _deadline(now), late_days=2), by, now)
    for text, options in QUESTIONS:
        drafting.add_question(db, made, text, options, by, now)
    drafting.address_body(db, made, body, by, now)
    for path, blob in blobs.items():
        if path.name == PAPER:
            drafting.lay_paper(db, made, PaperFile(PAPER_TITLE, blob, path.name, "application/pdf"), by, now)
    rounds.send(db, made, by, now, notices.tell)
    _answer(db, made, now)
    return made


def _deadline(now: datetime) -> datetime:
    return (now + DAYS).astimezone(ZONE).replace(hour=17, minute=0, second=0, microsecond=0)


def _answer(db: Session, of: OpinionRound, now: datetime) -> None:
    asked = db.scalars(
        select(OpinionRecipient).where(OpinionRecipient.round_id == of.id).order_by(OpinionRecipient.rank)
    )
    for n, recipient in enumerate(list(asked)[ANSWERED]):
        first, second = of.questions
        # most agree; who has something to say chooses the option that asks for it
        choices = {
            first.id: Choice(first.options[2 if n in SAID else 0].id, SAID.get(n, "")),
            second.id: Choice(second.options[n % 3 if n else 1].id),
        }
        answers.answer(db, of, recipient, choices, f"demo-{n}", 0, now, notices.tell)


def move_on(db: Session, now: datetime) -> None:
    """A demonstration started again on a later day has time left to answer."""
    for of in db.scalars(
        select(OpinionRound).where(OpinionRound.title == TITLE, OpinionRound.state == RoundState.SENT)
    ):
        if of.deadline < now + timedelta(days=1):
            rounds.extend(db, of, _deadline(now), "Bản dùng thử mở lại vào ngày khác", of.created_by, now, notices.tell)
