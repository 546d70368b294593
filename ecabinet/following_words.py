"""The words of following the chair: sentences for refusals."""

from flask_babel import lazy_gettext

_ = lazy_gettext

FOLLOWING_SENTENCES = {
    "lead_taken": _("Đồng chí khác đang trình chiếu tài liệu."),
    "lead_over": _("Việc trình chiếu đã kết thúc."),
    "no_such_page": _("Tài liệu không có trang này."),
}
