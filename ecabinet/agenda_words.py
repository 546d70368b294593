"""The words of the agenda and its papers: sentences for refusals, labels for kinds and states."""

from flask_babel import lazy_gettext

_ = lazy_gettext

AGENDA_SENTENCES = {
    "too_many_presenters": _("Mỗi nội dung có nhiều nhất %(limit)s người trình bày."),
    "agenda_too_deep": _("Chương trình có nhiều nhất %(limit)s cấp."),
    "break_has_items": _("Nội dung này có mục con nên không chuyển thành giải lao được."),
    "too_many_items": _("Chương trình có nhiều nhất %(limit)s nội dung."),
    "nobody_chosen": _("Đồng chí chưa chọn người nào."),
    "item_was_open": _("Phòng họp đã tiến hành nội dung này nên không ẩn được nữa."),
    "item_hidden": _("Nội dung này đang ẩn. Đồng chí bỏ ẩn trước khi chuyển đến."),
    "vote_during_break": _("Phiên họp đang giải lao. Đồng chí cho họp lại trước khi mở biểu quyết."),
    "too_many_papers": _("Mỗi nội dung có nhiều nhất %(limit)s tài liệu."),
}

AGENDA_LABELS = {
    "item_kind": {
        "report": _("Báo cáo"),
        "discussion": _("Thảo luận"),
        "vote": _("Biểu quyết"),
        "election": _("Bầu cử"),
        "break": _("Giải lao"),
    },
    "numbering": {
        "decimal": _("1, 1.1, 1.1.1"),
        "outline": _("I, 1, a"),
    },
    "paper": {
        "awaited": _("Chờ nộp"),
        "submitted": _("Chờ duyệt"),
        "approved": _("Đã duyệt"),
        "returned": _("Trả lại"),
        "withdrawn": _("Đã rút"),
    },
    "paper_event": {
        "asked": _("Giao chuẩn bị"),
        "changed": _("Sửa thông tin"),
        "submitted": _("Nộp"),
        "approved": _("Duyệt"),
        "returned": _("Trả lại"),
        "withdrawn": _("Rút"),
        "removed": _("Bỏ yêu cầu"),
    },
}
