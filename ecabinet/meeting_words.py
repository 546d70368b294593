"""The words of the life of meetings, their rooms and seats: sentences for refusals, labels for states and actions."""

from flask_babel import lazy_gettext

_ = lazy_gettext

MEETING_SENTENCES = {
    "needs_approval": _("Phiên họp phải được lãnh đạo phê duyệt trước khi gửi giấy mời."),
    "approval_not_wanted": _("Đơn vị không yêu cầu phê duyệt phiên họp."),
    "own_submission": _("Đồng chí là người trình phiên họp này nên không tự phê duyệt được."),
    "submitted_already": _("Phiên họp đang chờ phê duyệt. Đồng chí rút lại trước khi sửa."),
    "approved_already": _("Phiên họp đã được phê duyệt. Đồng chí rút lại trước khi sửa thông tin chung."),
    "postpone_instead": _("Đã gửi giấy mời theo giờ này. Đồng chí dùng “Dời lịch” để mọi người được báo."),
    "same_time": _("Giờ này là giờ hiện nay."),
    "archived": _("Phiên họp đã lưu trữ, chỉ còn xem được."),
    "series_without_end": _("Đồng chí chọn ngày cuối hoặc số phiên."),
    "series_too_long": _("Mỗi chuỗi có nhiều nhất %(limit)s phiên họp."),
    "series_empty": _("Không có ngày nào theo quy luật này."),
    "name_taken": _("Tên này đã được dùng."),
    "no_such_room": _("Không tìm thấy phòng họp này."),
    "room_closed": _("Phòng họp này đã ngừng sử dụng."),
    "room_taken": _("Có việc khác cùng giờ. Đồng chí chọn giờ hoặc phòng khác, hoặc ghi lý do vẫn giữ."),
    "bad_seat_rows": _("Số ghế mỗi hàng là các số từ 1 đến %(most)s, nhiều nhất %(rows)s hàng."),
    "no_such_seat": _("Sơ đồ không có ghế này."),
    "no_seat_plan": _("Phiên họp chưa có sơ đồ chỗ ngồi."),
    "series_none_left": _("Không còn phiên họp nào trong chuỗi đang chuẩn bị từ ngày này."),
}

MEETING_LABELS = {
    "rsvp": {
        "pending": _("Chưa trả lời"),
        "accepted": _("Nhận lời"),
        "absent": _("Báo vắng"),
        "substituted": _("Cử người dự thay"),
    },
    "meeting": {
        "draft": _("Đang chuẩn bị"),
        "submitted": _("Chờ phê duyệt"),
        "approved": _("Đã phê duyệt"),
        "invited": _("Đã mời"),
        "under_way": _("Đang họp"),
        "concluded": _("Đã kết thúc"),
        "archived": _("Đã lưu trữ"),
        "cancelled": _("Đã hủy"),
        "dropped": _("Không tổ chức"),
    },
    "meeting_action": {
        "submit": _("Trình phê duyệt"),
        "take_back": _("Rút lại để sửa"),
        "approve": _("Phê duyệt"),
        "return": _("Trả lại"),
        "invite": _("Gửi giấy mời"),
        "begin": _("Khai mạc"),
        "conclude": _("Kết thúc"),
        "archive": _("Lưu trữ"),
        "drop": _("Không tổ chức"),
        "cancel": _("Hủy phiên họp"),
        "postpone": _("Dời lịch"),
    },
    "conflict": {
        "room": _("Phòng đã có phiên họp khác"),
        "chair": _("Chủ trì dự phiên họp khác cùng giờ"),
        "members": _("Nhiều đại biểu dự phiên họp khác cùng giờ"),
        "too_small": _("Phòng không đủ chỗ"),
    },
    "seat_order": {
        "rank": _("Thứ tự danh sách"),
        "name": _("Tên A–Z"),
        "unit": _("Đơn vị"),
    },
    "seat_state": {
        "empty": _("Ghế trống"),
        "absent": _("Vắng mặt"),
        "present": _("Có mặt"),
        "speaking": _("Đang phát biểu"),
        "voted": _("Đã biểu quyết"),
    },
    "frequency": {
        "weekly": _("Hằng tuần"),
        "monthly_weekday": _("Hằng tháng theo thứ"),
        "monthly_day": _("Hằng tháng theo ngày"),
    },
}
