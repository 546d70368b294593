"""The words of tasks, conclusions and minutes: part of :mod:`ecabinet.labels` and :mod:`ecabinet.messages`."""

from flask_babel import lazy_gettext

_ = lazy_gettext

MINUTES_LABELS = {
    "task": {
        "given": _("Mới giao"),
        "accepted": _("Đang làm"),
        "reported": _("Đã báo cáo"),
        "returned": _("Trả lại làm tiếp"),
        "done": _("Hoàn thành"),
        "cancelled": _("Đã hủy"),
    },
    "task_priority": {
        "normal": _("Bình thường"),
        "high": _("Quan trọng"),
        "urgent": _("Gấp"),
    },
    "task_event": {
        "give": _("Giao nhiệm vụ"),
        "accept": _("Nhận nhiệm vụ"),
        "progress": _("Ghi tiến độ"),
        "report": _("Báo cáo kết quả"),
        "approve": _("Xác nhận hoàn thành"),
        "return": _("Trả lại"),
        "cancel": _("Hủy nhiệm vụ"),
        "ask_extension": _("Đề nghị gia hạn"),
        "grant": _("Đồng ý gia hạn"),
        "refuse": _("Không đồng ý gia hạn"),
        "extend": _("Gia hạn"),
        "attach": _("Thêm tệp"),
        "reassign": _("Giao cho người khác"),
    },
    "conclusion": {
        "draft": _("Chưa công bố"),
        "announced": _("Đã công bố"),
    },
    "minutes": {
        "drafting": _("Đang soạn"),
        "commenting": _("Đang lấy góp ý"),
        "final": _("Chờ ký xác nhận"),
        "signed": _("Đã ký xác nhận"),
        "locked": _("Đã ký số, khóa"),
    },
    "screen_mode": {
        "auto": _("Tự động"),
        "agenda": _("Chương trình"),
        "speaker": _("Phát biểu"),
        "vote": _("Biểu quyết"),
        "conclusion": _("Kết luận"),
        "message": _("Thông báo"),
        "blank": _("Tắt hình"),
    },
}
MINUTES_SENTENCES = {
    "task_owner": _("Đồng chí chọn một đơn vị hoặc một người trong danh sách."),
    "task_due_past": _("Hạn hoàn thành đã qua."),
    "task_too_far": _("Hạn này quá xa."),
    "task_not_later": _("Hạn mới phải sau hạn hiện nay."),
    "task_left": _("Đồng chí %(name)s không còn sinh hoạt, nên không giao được."),
    "task_same_owner": _("Nhiệm vụ đang ở người này. Đồng chí chọn người hoặc đơn vị khác."),
    "too_many_files": _("Mỗi lần gửi nhiều nhất %(limit)s tệp."),
    "changed_meanwhile": _("Nội dung này vừa được người khác sửa. Đồng chí xem lại rồi lưu."),
    "conclusion_has_tasks": _("Đã giao nhiệm vụ từ kết luận này nên không xóa được."),
    "minutes_clash": _("Mục này vừa được người khác lưu bản khác."),
    "minutes_signed": _("Biên bản đã ký xác nhận nên không sửa được nữa."),
    "minutes_confirmed": _("Đồng chí đã ký xác nhận biên bản này rồi."),
    "minutes_no_data": _("Dữ liệu của phiên họp không còn mục này."),
}
