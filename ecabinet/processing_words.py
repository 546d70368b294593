"""The words of how papers are processed: part of :mod:`ecabinet.labels` and :mod:`ecabinet.messages`."""

from flask_babel import lazy_gettext

_ = lazy_gettext

PROCESSING_LABELS = {
    "step": {
        "check": _("Kiểm tra tệp"),
        "text": _("Đọc nội dung"),
        "rewrite": _("Tạo bản mở nhanh"),
        "pdf": _("Tạo bản PDF để xem"),
        "preview": _("Tạo ảnh trang đầu"),
        "ocr": _("Nhận dạng chữ trong ảnh quét"),
    },
    "step_now": {
        "waiting": _("Đang chờ xử lý"),
        "check": _("Đang kiểm tra tệp"),
        "text": _("Đang đọc nội dung"),
        "rewrite": _("Đang tạo bản mở nhanh"),
        "pdf": _("Đang tạo bản PDF để xem"),
        "preview": _("Đang tạo ảnh trang đầu"),
        "ocr": _("Đang nhận dạng chữ"),
    },
    "step_state": {
        "running": _("Đang làm"),
        "done": _("Xong"),
        "skipped": _("Bỏ qua"),
        "failed": _("Không làm được"),
    },
    "step_reason": {
        "signed": _("Tệp có chữ ký số nên được giữ nguyên."),
        "locked": _("Tệp có giới hạn quyền của người lập nên được giữ nguyên."),
        "bomb": _("Tệp nén phình to bất thường nên không mở ra."),
    },
    "file_note": {
        "attachments": _("Có tệp đính kèm bên trong"),
        "bomb": _("Nén phình to bất thường"),
        "locked": _("Có giới hạn quyền in, sao chép"),
        "macros": _("Có macro: không mở bằng chương trình văn phòng nếu không rõ nguồn"),
        "password": _("Có mật khẩu"),
        "scripts": _("Có mã lệnh chạy khi mở: hệ thống không chạy mã này"),
        "signed": _("Có chữ ký số"),
        "tcvn3": _("Chữ theo bảng mã TCVN3, đã chuyển sang Unicode để tìm được"),
        "unchecked": _("Chưa kiểm tra hết được cấu trúc tệp"),
        "vni": _("Chữ theo bảng mã VNI, đã chuyển sang Unicode để tìm được"),
    },
}

PROCESSING_SENTENCES = {
    "macros": _("Tệp có macro. Nội dung đã được đọc, macro không được chạy."),
    "unsafe_content": _("Tệp có cấu trúc dùng để tấn công nên không được đọc."),
    "ocr_missing": _("Máy chủ chưa có chương trình nhận dạng chữ (Tesseract, tiếng Việt và tiếng Anh)."),
    "office_missing": _("Máy chủ chưa có chương trình chuyển tệp văn phòng sang PDF (LibreOffice)."),
    "office_unsupported": _("Loại tệp này không chuyển sang PDF được."),
    "office_timeout": _("Chuyển sang PDF quá lâu nên đã dừng."),
    "office_failed": _("Chương trình văn phòng không mở được tệp này."),
    "still_processing": _("Tài liệu đang được xử lý, hoặc không còn bước nào cần làm lại."),
}
