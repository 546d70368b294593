"""The words of the work calendar, of days off and of who is late: part of :mod:`ecabinet.labels` and
:mod:`ecabinet.messages`.
"""

from flask_babel import lazy_gettext

_ = lazy_gettext

WORK_LABELS = {
    "holiday": {
        "off": _("Ngày nghỉ"),
        "work": _("Ngày làm bù"),
    },
    "work_kind": {
        "meeting": _("Họp, làm việc"),
        "trip": _("Đi công tác"),
        "reception": _("Tiếp khách"),
        "other": _("Việc khác"),
    },
    "work_state": {
        "draft": _("Dự kiến"),
        "approved": _("Đã công bố"),
        "cancelled": _("Đã hoãn, hủy"),
    },
}
WORK_SENTENCES = {
    "worked_anyway": _("Ngày này là ngày làm việc. Ngày làm bù phải là thứ Bảy hoặc Chủ nhật."),
    "event_clash": _("Lãnh đạo hoặc phòng đã có lịch vào thời gian này."),
    "event_nobody": _("Đồng chí chọn ít nhất một lãnh đạo."),
    "event_too_long": _("Một việc kéo dài nhiều nhất %(limit)s ngày."),
    "not_of_the_office": _("Đồng chí %(name)s không phải lãnh đạo của đơn vị này."),
    "unknown_room": _("Không có phòng này."),
}
