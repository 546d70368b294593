"""The words of the floor: sentences for refusals, labels for kinds, states and rules."""

from flask_babel import lazy_gettext

_ = lazy_gettext

SPEAKER_SENTENCES = {
    "asker_not_present": _("Đồng chí cần điểm danh có mặt trước khi đăng ký phát biểu."),
    "guests_may_not_speak": _("Khách mời phát biểu khi chủ trì cho phép."),
    "speakers_list_closed": _("Chủ trì đã chốt danh sách đăng ký phát biểu."),
    "already_asked": _("Đăng ký này đã có trong danh sách chờ."),
    "too_many_requests": _("Đã đăng ký quá nhiều lần trong phiên họp này (tối đa %(limit)s lần)."),
    "request_not_waiting": _("Đăng ký này không còn trong danh sách chờ."),
    "refusal_needs_reason": _("Đồng chí ghi lý do để người đăng ký được biết."),
    "queue_changed": _("Danh sách chờ vừa thay đổi. Đồng chí xem lại rồi sắp xếp."),
    "floor_taken": _("Đang có người phát biểu. Đồng chí kết thúc lượt đó trước."),
    "speaker_absent": _("Đồng chí %(name)s hiện không có mặt trong phiên họp."),
    "turn_over": _("Lượt phát biểu này đã kết thúc."),
    "turn_without_limit": _("Lượt phát biểu này không giới hạn thời gian."),
}

SPEAKER_LABELS = {
    "speech_kind": {
        "speech": _("Phát biểu"),
        "question": _("Chất vấn"),
        "order": _("Ý kiến về thủ tục"),
    },
    "floor_request": {
        "waiting": _("Đang chờ"),
        "given": _("Đã được mời"),
        "withdrawn": _("Đã rút"),
        "refused": _("Không được mời"),
        "left": _("Đã rời phiên họp"),
        "over": _("Hết phiên họp"),
    },
    "order_rule": {
        "first_come": _("Theo thứ tự đăng ký"),
        "once_each": _("Người chưa phát biểu được mời trước"),
        "alternate_units": _("Luân phiên giữa các đơn vị"),
    },
}
