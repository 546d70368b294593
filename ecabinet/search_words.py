"""The words of the search: part of :mod:`ecabinet.labels` and :mod:`ecabinet.messages`."""

from flask_babel import lazy_gettext

_ = lazy_gettext

SEARCH_LABELS = {
    "found": {
        "meeting": _("Phiên họp"),
        "poll": _("Biểu quyết"),
        "conclusion": _("Kết luận"),
        "task": _("Nhiệm vụ"),
        "file": _("Hồ sơ"),
    },
    "facet": {
        "kind": _("Nội dung"),
        "type": _("Loại văn bản"),
        "year": _("Năm"),
        "issuer": _("Cơ quan ban hành"),
        "unit": _("Đơn vị"),
        "meeting": _("Phiên họp"),
        "secrecy": _("Độ mật"),
    },
    "search_sort": {
        "relevance": _("Sát nhất"),
        "newest": _("Mới nhất"),
        "oldest": _("Cũ nhất"),
        "title": _("Theo tên"),
    },
    "search_alert": {
        "none": _("Không báo"),
        "daily": _("Mỗi sáng"),
        "at_once": _("Ngay khi có"),
    },
    "tolerated": {
        "unknown_field": _("không có mục tìm này nên tìm như từ thường"),
        "empty_field": _("sau dấu hai chấm chưa có gì nên bỏ qua"),
        "bad_date": _("không phải ngày, tháng hay năm nên bỏ qua"),
        "open_quote": _("thiếu ngoặc kép đóng nên tìm từng từ"),
        "open_parenthesis": _("ngoặc đơn không thành cặp nên bỏ qua"),
        "lone_sign": _("dấu đứng một mình nên bỏ qua"),
        "too_long": _("câu hỏi quá dài, phần sau được bỏ qua"),
    },
}

SEARCH_SENTENCES = {
    "search_empty": _("Chưa có gì để lưu: đồng chí gõ từ cần tìm hoặc chọn bộ lọc trước."),
    "search_name_taken": _("Đồng chí đã có một tìm kiếm mang tên này."),
    "too_many_searches": _("Mỗi người lưu nhiều nhất %(limit)s tìm kiếm. Đồng chí xóa bớt trước khi lưu thêm."),
}
