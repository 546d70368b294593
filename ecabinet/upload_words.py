"""The words of uploads and of the archive's documents: part of :mod:`ecabinet.labels` and :mod:`ecabinet.messages`."""

from flask_babel import lazy_gettext

_ = lazy_gettext

UPLOAD_LABELS = {
    "document_type": {
        "NQ": _("Nghị quyết"),
        "QĐ": _("Quyết định"),
        "CT": _("Chỉ thị"),
        "KL": _("Kết luận"),
        "QC": _("Quy chế"),
        "QyĐ": _("Quy định"),
        "TT": _("Thông tri"),
        "TC": _("Thông cáo"),
        "TB": _("Thông báo"),
        "HD": _("Hướng dẫn"),
        "CTr": _("Chương trình"),
        "KH": _("Kế hoạch"),
        "PA": _("Phương án"),
        "ĐA": _("Đề án"),
        "DA": _("Dự án"),
        "BC": _("Báo cáo"),
        "BB": _("Biên bản"),
        "TTr": _("Tờ trình"),
        "HĐ": _("Hợp đồng"),
        "CĐ": _("Công điện"),
        "CV": _("Công văn"),
        "BGN": _("Bản ghi nhớ"),
        "BTT": _("Bản thỏa thuận"),
        "GUQ": _("Giấy ủy quyền"),
        "GM": _("Giấy mời"),
        "GGT": _("Giấy giới thiệu"),
        "GNP": _("Giấy nghỉ phép"),
        "PG": _("Phiếu gửi"),
        "PC": _("Phiếu chuyển"),
        "PB": _("Phiếu báo"),
        "SY": _("Bản sao y"),
        "SL": _("Bản sao lục"),
        "TrS": _("Bản trích sao"),
        "Luật": _("Luật"),
    },
    "secrecy": {
        "normal": _("Thường"),
        "secret": _("Mật"),
    },
}

UPLOAD_SENTENCES = {
    "upload_gap": _("Phần tệp gửi lên không nối tiếp phần đã có. Việc tải lên sẽ tiếp tục từ chỗ đã có."),
    "upload_over_end": _("Phần tệp gửi lên dài hơn tệp đã khai."),
    "upload_broken_off": _("Kết nối bị ngắt giữa chừng. Đồng chí bấm tiếp tục để tải nốt."),
    "upload_unfinished": _("Tệp chưa được tải lên đủ."),
    "upload_damaged": _("Tệp nhận được không đúng với tệp đã gửi. Đồng chí tải lên lại."),
    "upload_elsewhere": _("Không biết tệp này được tải lên để làm gì."),
    "chunk_too_long": _("Mỗi phần của tệp dài nhất %(limit)s MB."),
    "chunk_too_short": _("Phần tệp gửi lên quá ngắn."),
    "too_many_uploads": _("Đồng chí đang tải dở %(limit)s tệp. Đồng chí tải nốt hoặc bỏ bớt trước khi thêm tệp mới."),
    "uploads_too_large": _("Các tệp đồng chí đang tải dở cộng lại quá %(limit)s MB. Đồng chí tải nốt hoặc bỏ bớt."),
}
