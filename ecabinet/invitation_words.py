"""The words of invitations, notices and attendance: part of :mod:`ecabinet.labels` and :mod:`ecabinet.messages`."""

from flask_babel import lazy_gettext

_ = lazy_gettext

INVITATION_LABELS = {
    "standing": {
        "invited": _("Chưa trả lời"),
        "accepted": _("Nhận lời"),
        "excused": _("Vắng có lý do"),
        "missing": _("Vắng không lý do"),
        "substituted": _("Có người dự thay"),
        "in_room": _("Có mặt tại phòng"),
        "online": _("Dự trực tuyến"),
        "left": _("Đã rời"),
    },
    "attendance_how": {
        "self": _("Tự điểm danh"),
        "secretary": _("Thư ký ghi"),
        "qr": _("Quét mã giấy mời"),
        "door": _("Quét mã tại cửa"),
        "online": _("Vào trực tuyến"),
    },
    "absence": {
        "illness": _("Ốm đau"),
        "duty": _("Đi công tác"),
        "leave": _("Nghỉ phép"),
        "family": _("Việc gia đình"),
        "other": _("Lý do khác"),
    },
    "substitution": {
        "waiting": _("Chờ duyệt"),
        "approved": _("Đã duyệt"),
        "refused": _("Không đồng ý"),
        "withdrawn": _("Đã rút"),
    },
    "mail": {
        "waiting": _("Thư chờ gửi"),
        "sending": _("Thư đang gửi"),
        "sent": _("Đã gửi thư"),
        "failed": _("Không gửi được thư"),
    },
    "mail_fault": {
        "": "",
        "no_server": _("chưa cấu hình máy chủ thư"),
        "unreachable": _("không kết nối được máy chủ thư"),
        "sign_in": _("máy chủ thư không nhận tài khoản của hệ thống"),
        "refused": _("máy chủ không nhận địa chỉ này"),
        "later": _("máy chủ hẹn gửi lại sau"),
        "rejected": _("máy chủ từ chối thư"),
    },
    "reminder": {
        "10080": _("7 ngày trước"),
        "4320": _("3 ngày trước"),
        "1440": _("1 ngày trước"),
        "120": _("2 giờ trước"),
        "30": _("30 phút trước"),
    },
}

INVITATION_SENTENCES = {
    "answer_after_start": _("Hạn trả lời phải trước giờ khai mạc."),
    "reminders_odd": _("Chọn nhiều nhất %(most)s lần nhắc, từ 5 phút đến 30 ngày trước giờ họp."),
    "guest_came": _("Khách đã có mặt nên không xóa khỏi danh sách được."),
    "entry_voided": _("Lần ghi nhận này đã được hủy trước đó."),
    "time_to_come": _("Thời điểm này chưa đến."),
    "long_before_meeting": _("Thời điểm này sớm hơn giờ họp quá %(hours)s giờ."),
    "door_code_old": _("Mã tại cửa đã đổi. Đồng chí quét lại mã đang hiện trên màn hình."),
    "door_code_unknown": _("Mã này không phải mã điểm danh của phiên họp."),
    "not_online": _("Phiên họp này không tổ chức dự trực tuyến."),
}
