"""The words of threads: part of :mod:`ecabinet.labels`."""

from flask_babel import lazy_gettext

_ = lazy_gettext

THREAD_LABELS = {
    "thread_kind": {
        "meeting": _("Phiên họp"),
        "item": _("Nội dung họp"),
        "poll": _("Biểu quyết"),
        "conclusion": _("Kết luận"),
        "resolution": _("Dự thảo nghị quyết"),
        "office": _("Văn bản"),
        "task": _("Nhiệm vụ"),
        "document": _("Tài liệu"),
    },
    "thread_relation": {
        "item": _("nội dung của phiên họp"),
        "poll": _("đưa ra biểu quyết"),
        "conclusion": _("kết luận"),
        "resolution": _("soạn thành nghị quyết"),
        "minutes": _("biên bản"),
        "task": _("giao nhiệm vụ"),
        "report": _("báo cáo kết quả"),
        "replies": _("trả lời"),
        "replaces": _("thay thế"),
        "amends": _("sửa đổi, bổ sung"),
        "corrects": _("đính chính"),
        "copies": _("bản sao"),
        "drafted_from": _("soạn thành văn bản"),
        "received_from": _("được tiếp nhận"),
        "carries_out": _("báo cáo thực hiện"),
    },
}
