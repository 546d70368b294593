"""The words of keeping documents: part of :mod:`ecabinet.labels` and :mod:`ecabinet.messages`."""

from flask_babel import lazy_gettext

_ = lazy_gettext

ARCHIVE_LABELS = {
    "retention": {
        "01": _("Vĩnh viễn"),
        "02": _("70 năm"),
        "03": _("50 năm"),
        "04": _("30 năm"),
        "05": _("20 năm"),
        "06": _("10 năm"),
        "07": _("Thời hạn khác"),
    },
    "reader": {
        "unit": _("Mọi đoàn viên của"),
        "office": _("Những người được giao đọc văn bản của"),
        "preparing": _("Những người chuẩn bị và phê duyệt của"),
        "holding": _("Những người tổ chức phiên họp của"),
        "archive": _("Những người quản lý kho lưu trữ của"),
        "meeting": _("Những người được mời dự phiên họp"),
        "running": _("Những người điều hành phiên họp"),
        "member": _("Riêng đồng chí"),
        "other": _("Những người được giao nội dung liên quan"),
    },
    "document_use": {
        "paper": _("Tài liệu của phiên họp"),
        "minutes": _("Biên bản của phiên họp"),
        "resolution": _("Dự thảo nghị quyết của phiên họp"),
        "count_record": _("Biên bản kiểm phiếu của phiên họp"),
        "opinion": _("Tài liệu của đợt lấy ý kiến"),
        "task_report": _("Báo cáo của nhiệm vụ"),
        "register": _("Sổ đăng ký văn bản"),
    },
    "loan_hours": {
        4: _("4 giờ"),
        24: _("1 ngày"),
        72: _("3 ngày"),
        168: _("7 ngày"),
    },
}

ARCHIVE_SENTENCES = {
    "on_loan": _("Đồng chí %(who)s đang mượn tài liệu này để sửa. Đồng chí chờ trả, hoặc đề nghị quản trị thu hồi."),
    "not_on_loan": _("Tài liệu này không còn ở trạng thái cho đồng chí mượn."),
    "same_as_newest": _("Nội dung tệp giống hệt phiên bản %(number)s đang dùng, nên không thêm phiên bản mới."),
    "in_bin": _("Tài liệu đang ở trong thùng rác. Đồng chí khôi phục trước khi thay đổi."),
    "not_in_bin": _("Tài liệu không còn ở trong thùng rác."),
    "used_and_over": _(
        "Tài liệu thuộc một phiên họp hoặc công việc đã kết thúc nên được giữ nguyên, không xóa và không thay đổi được."
    ),
    "used_elsewhere": _(
        "Tài liệu đang được dùng ở phiên họp, đợt lấy ý kiến hoặc nhiệm vụ. Đồng chí thay đổi ở nơi đang dùng."
    ),
    "held": _("Tài liệu nằm trong hồ sơ nên không xóa được. Đồng chí đưa ra khỏi hồ sơ trước."),
    "held_firmly": _("Tài liệu thuộc hồ sơ đã nộp lưu trữ nên được giữ nguyên, không thêm phiên bản."),
    "blob_locked": _("Kho lưu trữ đang khóa nội dung này theo thời hạn, chưa xóa được."),
}
