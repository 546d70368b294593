"""The words of written opinions, comments and notes: part of :mod:`ecabinet.labels` and :mod:`ecabinet.messages`."""

from flask_babel import lazy_gettext

_ = lazy_gettext

OPINION_LABELS = {
    "opinion": {
        "draft": _("Đang soạn"),
        "submitted": _("Chờ phê duyệt"),
        "approved": _("Đã phê duyệt"),
        "sent": _("Đang lấy ý kiến"),
        "closed": _("Đã khóa, chờ tổng hợp"),
        "reported": _("Đã tổng hợp"),
        "recalled": _("Đã thu hồi"),
    },
    "opinion_event": {
        "created": _("Lập phiếu"),
        "edited": _("Sửa phiếu"),
        "submitted": _("Trình phê duyệt"),
        "withdrawn": _("Rút lại để sửa"),
        "approved": _("Phê duyệt"),
        "returned": _("Trả lại"),
        "sent": _("Gửi lấy ý kiến"),
        "reminded": _("Nhắc trả lời"),
        "extended": _("Gia hạn"),
        "closed": _("Khóa phiếu"),
        "reported": _("Tổng hợp"),
        "recalled": _("Thu hồi"),
    },
    "opinion_field": {
        "title": _("Tên phiếu"),
        "body": _("Nội dung xin ý kiến"),
        "deadline": _("Hạn trả lời"),
        "late_days": _("Nhận ý kiến muộn"),
        "close_when_all": _("Cách khóa phiếu"),
        "asks_approval": _("Việc phê duyệt"),
        "questions": _("Câu hỏi"),
        "recipients": _("Người nhận"),
        "papers": _("Tài liệu kèm theo"),
    },
    "closed_how": {
        "deadline": _("hết hạn"),
        "all_answered": _("mọi người đã trả lời"),
        "hand": _("khóa trước hạn"),
    },
    "verdict": {
        "accepted": _("Tiếp thu"),
        "declined": _("Không tiếp thu"),
        "explained": _("Giải trình"),
    },
}

OPINION_SENTENCES = {
    "opinion_needs_approval": _("Phiếu phải được cấp trên phê duyệt trước khi gửi."),
    "opinion_needs_no_approval": _("Phiếu này không cần trình phê duyệt, đồng chí gửi luôn được."),
    "opinion_not_draft": _("Phiếu đã trình hoặc đã gửi nên không sửa được nữa."),
    "opinion_too_long": _("Thời hạn không thể xa quá %(days)s ngày."),
    "opinion_not_later": _("Thời hạn mới phải sau thời hạn hiện nay."),
    "opinion_few_options": _("Mỗi câu hỏi cần từ %(low)s đến %(high)s phương án."),
    "opinion_same_options": _("Các phương án không được giống nhau."),
    "opinion_many_questions": _("Mỗi phiếu có nhiều nhất %(limit)s câu hỏi."),
    "opinion_no_question": _("Phiếu chưa có câu hỏi nào."),
    "opinion_no_recipient": _("Phiếu chưa có người nhận nào."),
    "opinion_deadline_over": _("Thời hạn trả lời đã qua. Đồng chí đặt thời hạn mới."),
    "opinion_over": _("Phiếu đã hết hạn lúc %(deadline)s nên không nhận ý kiến nữa."),
    "opinion_closed": _("Phiếu đã khóa nên không nhận ý kiến nữa."),
    "opinion_recalled": _("Phiếu này đã được thu hồi."),
    "opinion_needs_words": _("Phương án này cần ghi rõ ý kiến."),
    "opinion_answered_elsewhere": _(
        "Đồng chí đã trả lời phiếu này ở nơi khác sau khi mở trang. Đồng chí xem lại rồi gửi lần nữa."
    ),
    "comments_closed": _("Đã hết thời gian góp ý cho tài liệu này."),
    "comments_after_start": _("Hạn góp ý phải trước giờ khai mạc."),
    "reply_to_reply": _("Chỉ trả lời và giải trình được với góp ý chính."),
    "comment_deleted": _("Góp ý này đã được xóa."),
    "comment_answered": _("Góp ý đã được thư ký trả lời nên không sửa hoặc xóa được nữa."),
    "note_changed_elsewhere": _("Ghi chú vừa được lưu ở nơi khác. Đồng chí chọn giữ bản nào."),
}
