"""The words of drafting: part of :mod:`ecabinet.labels` and :mod:`ecabinet.messages`."""

from flask_babel import lazy_gettext

_ = lazy_gettext

DRAFTING_LABELS = {
    "authority": {
        "own": _("Ký trực tiếp"),
        "behalf": _("TM. (thay mặt tập thể)"),
        "deputy": _("KT. (ký thay cấp trưởng)"),
        "order": _("TL. (ký thừa lệnh)"),
        "mandate": _("TUQ. (ký thừa ủy quyền)"),
        "acting": _("Q. (quyền cấp trưởng)"),
    },
    "form_component": {
        "heading": _("Quốc hiệu, tiêu đề"),
        "issuer": _("Tên cơ quan ban hành"),
        "number": _("Số, ký hiệu"),
        "place": _("Địa danh và ngày tháng"),
        "kind": _("Tên loại văn bản"),
        "summary": _("Trích yếu"),
        "addressee": _("Kính gửi"),
        "body": _("Nội dung"),
        "authority": _("Quyền hạn của người ký"),
        "position": _("Chức vụ của người ký"),
        "signer": _("Họ tên người ký"),
        "recipients": _("Nơi nhận"),
        "font": _("Phông chữ, cỡ chữ"),
        "margins": _("Lề trang"),
    },
    "form_fault": {
        "missing": _("thiếu"),
        "wrong": _("chưa đúng"),
        "order": _("sai vị trí"),
        "hint": _("nên xem lại"),
    },
    "chain_kind": {
        "review": _("Xem xét"),
        "sign": _("Ký ban hành"),
    },
    "chain_outcome": {
        "approved": _("Đã đồng ý"),
        "sent_back": _("Đã trả lại"),
        "signed": _("Đã ký"),
    },
}

DRAFTING_SENTENCES = {
    "too_many_lines": _("Quá nhiều dòng hoặc quá nhiều người (tối đa %(limit)s)."),
    "template_broken": _("Mẫu có chỗ không điền được: %(tag)s, đoạn %(place)s: “%(text)s”."),
    "file_unreadable": _("Không đọc được tệp này. Đồng chí kiểm tra tệp có mở được không."),
    "draft_kind": _("Dự thảo phải là tệp Word (.docx) hoặc PDF."),
    "draft_no_signer": _("Đồng chí chưa chọn người ký trong dự thảo."),
    "chain_left": _("Đồng chí %(name)s không còn sinh hoạt, nên không chọn được."),
    "chain_twice": _("Mỗi người chỉ xem một lần, khác người ký, nhiều nhất %(limit)s người."),
    "form_unchecked": _("Phiên bản mới nhất chưa được kiểm tra thể thức. Đồng chí kiểm tra rồi trình."),
    "form_faults": _("Thể thức còn chỗ chưa đúng. Muốn trình, đồng chí ghi rõ lý do."),
    "comment_settled": _("Ý kiến này đã được trả lời."),
    "source_unfit": _("Không soạn được từ văn bản này ở trạng thái hiện nay."),
}
