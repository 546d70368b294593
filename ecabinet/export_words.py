"""The words of exported annotations: part of :mod:`ecabinet.labels` and :mod:`ecabinet.messages`."""

from flask_babel import lazy_gettext

_ = lazy_gettext

EXPORT_LABELS = {
    "annotation_kind": {
        "ink": _("Nét bút"),
        "highlight": _("Tô sáng"),
        "underline": _("Gạch chân"),
        "note": _("Ghi chú"),
        "text": _("Chữ trên trang"),
        "stamp": _("Dấu ý kiến"),
    },
    "annotation_stamp": {
        "agree": _("Đồng ý"),
        "disagree": _("Không đồng ý"),
        "opinion": _("Ý kiến"),
    },
    "annotation_layer": {
        "mine": _("ghi chú của tôi"),
        "shared": _("ghi chú chung"),
        "all": _("tất cả ghi chú"),
    },
}

EXPORT_SENTENCES = {
    "export_no_pdf": _("Tài liệu này không có bản PDF để kèm ghi chú. Đồng chí tải bảng ghi chú."),
    "export_encrypted": _("Tài liệu có mật khẩu nên không kèm ghi chú vào được. Đồng chí tải bảng ghi chú."),
    "export_damaged": _("Tệp của tài liệu bị hỏng nên không kèm ghi chú vào được. Đồng chí tải bảng ghi chú."),
    "export_timeout": _("Tài liệu quá lớn nên không kèm ghi chú kịp. Đồng chí tải bảng ghi chú."),
    "export_too_large_to_read": _("Tài liệu quá lớn nên không kèm ghi chú vào được. Đồng chí tải bảng ghi chú."),
}
