"""The words for states, roles and rules, in the reader's language; in templates as ``label(kind, value)``."""

from collections.abc import Sequence

from flask_babel import gettext, lazy_gettext

from ecabinet.agenda_words import AGENDA_LABELS
from ecabinet.archive_words import ARCHIVE_LABELS
from ecabinet.drafting_words import DRAFTING_LABELS
from ecabinet.exchange_words import EXCHANGE_LABELS
from ecabinet.export_words import EXPORT_LABELS
from ecabinet.filing_words import FILING_LABELS
from ecabinet.invitation_words import INVITATION_LABELS
from ecabinet.issuing_words import ISSUING_LABELS
from ecabinet.meeting_words import MEETING_LABELS
from ecabinet.member_labels import MEMBER_LABELS
from ecabinet.minutes_words import MINUTES_LABELS
from ecabinet.office_words import OFFICE_LABELS
from ecabinet.opinion_words import OPINION_LABELS
from ecabinet.processing_words import PROCESSING_LABELS
from ecabinet.search_words import SEARCH_LABELS
from ecabinet.signing_words import SIGNING_LABELS
from ecabinet.speaker_words import SPEAKER_LABELS
from ecabinet.thread_words import THREAD_LABELS
from ecabinet.upload_words import UPLOAD_LABELS
from ecabinet.voting.rules import Majority
from ecabinet.work_words import WORK_LABELS

_ = lazy_gettext

LABELS = {
    "unit_role": {
        "administrator": _("Quản trị"),
        "registry_officer": _("Cán bộ tổ chức"),
        "secretary": _("Thư ký"),
        "clerk": _("Văn thư"),
        "leader": _("Lãnh đạo"),
        "official": _("Chuyên viên"),
    },
    "role": {
        "chair": _("Chủ trì"),
        "secretary": _("Thư ký"),
        "delegate": _("Đại biểu"),
        "substitute": _("Dự thay"),
        "guest": _("Khách mời"),
    },
    "poll": {
        "draft": _("Chưa mở"),
        "open": _("Đang biểu quyết"),
        "closed": _("Đã đóng"),
        "published": _("Đã công bố"),
        "cancelled": _("Đã hủy"),
    },
    "base": {
        "valid": _("số phiếu hợp lệ"),
        "cast": _("số phiếu thu về"),
        "issued": _("số phiếu phát ra"),
        "present": _("số đại biểu có mặt khi mở biểu quyết"),
        "entitled": _("tổng số đại biểu được triệu tập"),
        "members": _("tổng số thành viên của tổ chức"),
    },
    "manner": {
        "named": _("Biểu quyết công khai"),
        "secret": _("Bỏ phiếu kín"),
        "hands": _("Giơ tay hoặc phiếu giấy, nhập kết quả đếm"),
    },
    "option": {
        "for": _("Đồng ý"),
        "against": _("Không đồng ý"),
        "abstain": _("Ý kiến khác"),
        "candidate": _("Người trong danh sách bầu"),
    },
    "version": {
        "waiting": _("Chờ xử lý"),
        "processing": _("Đang đọc"),
        "ready": _("Sẵn sàng"),
        "failed": _("Không đọc được nội dung"),
        "refused": _("Từ chối"),
    },
    "unit_kind": {
        "central": _("Trung ương"),
        "province": _("Tỉnh, thành đoàn"),
        "attached": _("Đoàn trực thuộc"),
        "commune": _("Đoàn xã, phường"),
        "base": _("Đoàn cơ sở"),
        "section": _("Đoàn bộ phận"),
        "inter_branch": _("Liên chi đoàn"),
        "base_branch": _("Chi đoàn cơ sở"),
        "branch": _("Chi đoàn"),
    },
    "unit_field": {
        "kind": _("Loại"),
        "code": _("Mã đơn vị"),
        "exchange_code": _("Mã liên thông"),
        "address": _("Địa chỉ"),
        "phone": _("Điện thoại"),
        "email": _("Thư điện tử"),
    },
    "unit_event": {
        "founded": _("Thành lập"),
        "renamed": _("Đổi tên"),
        "amended": _("Sửa thông tin"),
        "moved": _("Chuyển trực thuộc"),
        "merged": _("Hợp nhất"),
        "split": _("Chia tách"),
        "dissolved": _("Giải thể"),
    },
    "body": {
        "committee": _("Ban Chấp hành"),
        "standing": _("Ban Thường vụ"),
        "inspection": _("Ủy ban Kiểm tra"),
        "congress": _("Đại hội đại biểu"),
    },
    "document": {
        "paper": _("Tài liệu họp"),
        "law": _("Luật"),
        "count_record": _("Biên bản kiểm phiếu"),
        "minutes": _("Biên bản phiên họp"),
        "resolution": _("Dự thảo nghị quyết"),
        "task_report": _("Báo cáo nhiệm vụ"),
        "opinion_report": _("Báo cáo tổng hợp ý kiến"),
        "opinion": _("Tài liệu lấy ý kiến"),
        "archive": _("Văn bản lưu trữ"),
        "incoming": _("Văn bản đến"),
        "outgoing": _("Văn bản đi"),
        "issued": _("Văn bản được gửi"),
    },
    **AGENDA_LABELS,
    **MEETING_LABELS,
    **INVITATION_LABELS,
    **MEMBER_LABELS,
    **SIGNING_LABELS,
    **SPEAKER_LABELS,
    **PROCESSING_LABELS,
    **SEARCH_LABELS,
    **UPLOAD_LABELS,
    **WORK_LABELS,
    **ARCHIVE_LABELS,
    **OPINION_LABELS,
    **OFFICE_LABELS,
    **DRAFTING_LABELS,
    **EXCHANGE_LABELS,
    **ISSUING_LABELS,
    **THREAD_LABELS,
    **EXPORT_LABELS,
    **FILING_LABELS,
    **MINUTES_LABELS,
}


def label(kind: str, value: str) -> str:
    """The words for a value; raises KeyError for one that has none."""
    return str(LABELS[kind][value])


def facet_value(facet: str, value: str) -> str:
    """The words for a value by which hits are narrowed; most are words already."""
    if facet == "kind":
        value = LABELS["document"].get(value) or LABELS["found"].get(value, value)
    elif facet in ("type", "secrecy"):
        value = LABELS["document_type" if facet == "type" else "secrecy"].get(value, value)
    return str(value)


def label_options(kind: str, values: Sequence[str] = ()) -> list[tuple[str, str]]:
    """For a choice in a form: values (all that have a label, unless given) with their words."""
    return [(value, label(kind, value)) for value in values or LABELS[kind]]


def rule_text(majority: Majority) -> str:
    """A majority as a sentence: "Trên 1/2 tổng số đại biểu được triệu tập"."""
    values = {"n": majority.numerator, "d": majority.denominator, "base": label("base", majority.base)}
    if majority.strict:
        return str(gettext("Trên %(n)s/%(d)s %(base)s", **values))
    return str(gettext("Từ %(n)s/%(d)s %(base)s trở lên", **values))
