"""The words of annotations: part of :mod:`ecabinet.messages`."""

from flask_babel import lazy_gettext

_ = lazy_gettext

READING_SENTENCES = {
    "annotation_malformed": _("Ghi chú không đúng dạng nên không được lưu."),
    "annotation_page": _("Tài liệu không có trang này nên ghi chú không được lưu."),
    "annotation_numbers": _("Ghi chú nằm ngoài trang hoặc có số không hợp lệ nên không được lưu."),
    "annotation_too_many_points": _("Nét vẽ quá dài (tối đa %(limit)s điểm). Đồng chí chia thành nhiều nét."),
    "annotation_too_large": _("Ghi chú quá lớn (tối đa %(limit)s KB)."),
    "annotation_colour": _("Màu của ghi chú không hợp lệ."),
    "annotation_empty": _("Ghi chú chưa có nội dung."),
    "annotation_parent": _("Ghi chú được trả lời không còn hoặc không dành cho đồng chí."),
    "annotation_of_another": _("Đây là ghi chú của người khác nên đồng chí không sửa, xóa được."),
    "annotation_elsewhere": _("Ghi chú này thuộc phiên bản khác của tài liệu."),
    "annotation_fixed": _("Loại của ghi chú không thay đổi được. Đồng chí xóa rồi tạo ghi chú mới."),
    "annotation_meeting": _("Chỉ chia sẻ với phiên họp được khi đang đọc tài liệu trong phiên họp đó."),
    "annotation_readers": _("Đồng chí chọn người chia sẻ trong số những người được đọc tài liệu này."),
    "thread_has_replies": _("Đã có người trả lời nên không đổi được phạm vi chia sẻ. Đồng chí vẫn xóa được ghi chú."),
    "old_revision": _("Ghi chú đã được sửa trên thiết bị khác. Đồng chí xem lại bản mới nhất."),
    "wrong_revision": _("Ghi chú này chưa có trên hệ thống nên không sửa được."),
    "too_many_annotations": _("Đồng chí đã có %(limit)s ghi chú trên tài liệu này, không thêm được nữa."),
    "too_many_changes": _("Mỗi lần gửi được nhiều nhất %(limit)s thay đổi."),
    "too_fast": _("Ghi chú được gửi quá dồn dập. Thiết bị giữ lại và gửi tiếp sau giây lát."),
}
