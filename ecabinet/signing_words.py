"""The words of signatures: part of :mod:`ecabinet.labels` and :mod:`ecabinet.messages`."""

from flask_babel import lazy_gettext

_ = lazy_gettext

SIGNING_LABELS = {
    "certificate_state": {
        "trusted": _("Tin cậy"),
        "unknown": _("Nơi cấp chưa được tin cậy"),
        "self_made": _("Tự tạo, không do tổ chức chứng thực cấp"),
        "expired": _("Hết hạn khi ký"),
        "early": _("Chưa có hiệu lực khi ký"),
        "revoked": _("Đã bị thu hồi"),
    },
    "signature_fault": {
        "unreadable": _("Chữ ký không đúng dạng: trống hoặc thiếu phần nói nó ký những gì."),
        "bytes": _("Phần đã ký đã bị sửa sau khi ký."),
        "forged": _("Chữ ký không phải do khóa của chứng thư này tạo ra."),
        "coverage": _("Chữ ký không phủ trọn tệp từ đầu, hoặc bỏ ra ngoài nhiều hơn chính nó."),
        "behind": _("Có nội dung nối thêm sau phần đã ký."),
        "content": _("Một lần ghi thêm sau khi ký đã đổi nội dung: chữ, hình, trang, hoặc ô đã khóa."),
        "shown": _("Ô đã điền hiện khác với giá trị thật của nó."),
    },
    "signing_field": {"number": _("số"), "day": _("ngày"), "month": _("tháng"), "year": _("năm")},
    "key_kind": {
        "file": _("Tệp khóa, niêm phong trong hệ thống"),
        "device": _("Thiết bị khóa của cơ quan (PKCS#11)"),
        "service": _("Dịch vụ ký số từ xa"),
    },
    "certificate_belongs": {
        "national_id": _("Số định danh cá nhân"),
        "email": _("Thư điện tử"),
        "name": _("Họ và tên"),
        "confirmed": _("Xác nhận của quản trị"),
    },
}

SIGNING_SENTENCES = {
    "pdf_unreadable": _("Không đọc được tệp này: không phải PDF, bị hỏng hoặc quá nặng để đọc."),
    "no_certificate": _("Đồng chí chưa có chứng thư số. Đưa tệp khóa vào trang Chứng thư số của tôi rồi ký lại."),
    "certificate_missing": _("Ở đó không có chứng thư nào mang tên khóa này."),
    "certificate_unsuitable": _("Tệp không có khóa riêng kèm chứng thư (RSA hoặc ECDSA), nên không ký được."),
    "certificate_expired": _("Chứng thư đã hết hạn ngày %(day)s."),
    "certificate_early": _("Chứng thư chỉ có hiệu lực từ ngày %(day)s."),
    "certificate_revoked": _("Chứng thư đã bị thu hồi từ ngày %(day)s."),
    "certificate_of_another": _(
        "Chứng thư ghi tên “%(holder)s”, không phải của đồng chí; cần quản trị đơn vị xác nhận."
    ),
    "own_certificate": _("Đồng chí không tự xác nhận chứng thư của mình được."),
    "signing_password": _("Mật khẩu, mã PIN hoặc mã xác thực để mở khóa ký không đúng."),
    "signing_throttled": _("Mật khẩu khóa ký sai quá nhiều lần. Đồng chí thử lại sau 15 phút."),
    "signature_wrong": _("Nơi giữ khóa trả về chữ ký không khớp với chứng thư; văn bản chưa được ký."),
    "device_failed": _("Thiết bị giữ khóa không dùng được lúc này; văn bản chưa được ký."),
    "service_failed": _("Dịch vụ ký số từ xa không trả lời đúng; văn bản chưa được ký. Đồng chí thử lại sau."),
    "service_refused": _("Dịch vụ ký số từ xa từ chối: %(said)s"),
    "tsa_failed": _("Máy chủ dấu thời gian không trả lời; văn bản chưa được ký. Đồng chí thử lại sau."),
    "signed_pdf_altered": _("Tệp đã bị thay đổi sau chữ ký trước, nên không ký tiếp được."),
    "already_signed": _("Chỗ này của văn bản đã được ký; phần đã ký không được viết lại."),
    "signed_and_closed": _("Chữ ký trước đã khóa nội dung này; thay đổi thêm sẽ làm chữ ký đó mất giá trị."),
    "already_filled": _("Ô này của văn bản đã được điền và không điền lại được."),
    "field_missing": _("Văn bản không có chỗ cho mục này."),
    "fill_value": _("Giá trị điền vào văn bản phải là số, ví dụ 245, 05 hoặc 12b."),
    "picture_unreadable": _("Ảnh chữ ký phải là PNG hoặc JPEG, không quá 2 MB và 4 triệu điểm ảnh."),
}
