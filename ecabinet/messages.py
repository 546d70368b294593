"""What people read when something is refused: one sentence for each code of :class:`documents.errors.Problem`."""

from flask_babel import gettext, lazy_gettext

from documents.errors import Problem

_ = lazy_gettext

SENTENCES = {
    # anything
    "not_found": _("Không tìm thấy nội dung này."),
    "forbidden": _("Đồng chí không có quyền thực hiện việc này."),
    "invalid": _("Một số mục chưa đúng. Đồng chí xem lại các mục được đánh dấu."),
    "csrf": _("Trang đã mở quá lâu hoặc không còn hợp lệ. Đồng chí tải lại trang rồi thử lại."),
    "too_large": _("Tệp vượt quá dung lượng cho phép (%(limit)s MB)."),
    "busy": _("Hệ thống đang bận. Đồng chí thử lại sau giây lát."),
    "server_fault": _("Hệ thống gặp lỗi, việc chưa được thực hiện. Lỗi đã được ghi lại để xử lý."),
    "malformed": _("Yêu cầu không đúng dạng."),
    "wrong_state": _("Không thực hiện được ở trạng thái hiện nay."),
    "missing": _("Mục này chưa được nhập."),
    "too_long": _("Nội dung quá dài (tối đa %(limit)s ký tự)."),
    "not_a_time": _("Ngày giờ chưa đúng."),
    "not_in_range": _("Giá trị phải từ %(low)s đến %(high)s."),
    "not_a_fraction": _("Tỷ lệ phải là phân số lớn hơn 0 và không quá 1."),
    # signing in
    "sign_in_failed": _("Tên đăng nhập hoặc mật khẩu không đúng."),
    "throttled": _("Đăng nhập sai quá nhiều lần. Đồng chí vui lòng thử lại sau 15 phút."),
    "signed_out": _("Đồng chí cần đăng nhập."),
    # meetings
    "ends_before_start": _("Giờ kết thúc phải sau giờ bắt đầu."),
    "meeting_too_long": _("Phiên họp không thể dài quá %(days)s ngày."),
    "order_mismatch": _("Chương trình vừa được người khác thay đổi. Đồng chí tải lại trang rồi sắp xếp lại."),
    "item_has_papers": _("Nội dung đã có tài liệu hoặc biểu quyết nên không xóa được."),
    "already_invited": _("Người này đã có trong danh sách mời."),
    "substitute_came": _("Người dự thay đã điểm danh nên không thay đổi được nữa."),
    "substitute_of_substitute": _("Người dự thay không ủy quyền tiếp cho người khác."),
    "no_such_member": _("Không tìm thấy đoàn viên này."),
    "no_such_unit": _("Đồng chí chưa chọn đơn vị hoặc tổ chức họp."),
    "nothing_to_invite": _("Chưa có ai trong danh sách mời."),
    # votes
    "more_than_all": _("Không thể yêu cầu nhiều hơn toàn bộ số phiếu."),
    "meeting_not_under_way": _("Phiên họp chưa khai mạc hoặc đã kết thúc."),
    "another_poll_open": _("Đang có một biểu quyết khác mở. Đồng chí đóng biểu quyết đó trước."),
    "poll_still_open": _("Đang có biểu quyết mở. Đồng chí đóng biểu quyết trước khi kết thúc phiên họp."),
    "nobody_entitled": _("Chưa có đại biểu nào có quyền biểu quyết có mặt."),
    "no_quorum": _("Chưa đủ số đại biểu: có mặt %(present)s/%(summoned)s, cần ít nhất %(needed)s."),
    "not_entitled": _("Đồng chí không có trong danh sách được biểu quyết nội dung này."),
    "poll_not_open": _("Biểu quyết chưa mở hoặc đã đóng."),
    "not_present": _("Đồng chí đã rời phiên họp nên không biểu quyết được."),
    "nothing_chosen": _("Đồng chí chưa chọn phương án nào."),
    "too_many_chosen": _("Đồng chí chỉ được chọn một phương án."),
    "unknown_option": _("Phương án này không có trong phiếu."),
    "already_voted": _("Đồng chí đã bỏ phiếu cho nội dung này rồi."),
    # papers
    "no_file": _("Đồng chí chưa chọn tệp."),
    "blob_missing": _("Không tìm thấy nội dung của tệp trong kho lưu trữ."),
    "store_full": _("Kho lưu trữ đã hết chỗ, tệp chưa được lưu."),
    "store_down": _("Kho lưu trữ đang không truy cập được. Đồng chí thử lại sau."),
    "empty": _("Tệp rỗng (0 byte)."),
    "not_a_pdf": _("Tệp không phải là PDF."),
    "encrypted": _("Tệp có mật khẩu nên không đọc được nội dung."),
    "damaged": _("Tệp bị hỏng nên không đọc được nội dung."),
    "too_many_pages": _("Tệp có quá nhiều trang."),
    "timeout": _("Đọc tệp quá lâu nên đã dừng."),
    "no_text": _("Tệp không có văn bản (có thể là bản quét)."),
    "too_large_to_read": _("Nội dung tệp quá lớn nên không đọc tự động được."),
    "partly_read": _("Một số trang của tệp không đọc được."),
    "unsupported_type": _("Loại tệp này được lưu giữ nhưng chưa đọc được nội dung."),
    "blob_damaged": _("Nội dung của tệp trong kho lưu trữ không còn nguyên vẹn."),
    "worker_died": _("Việc đọc tệp bị dừng đột ngột nhiều lần."),
    "gave_up": _("Đọc tệp không thành công sau nhiều lần thử."),
    # search
    "search_broken": _("Chỉ mục tìm kiếm đang được dựng lại. Đồng chí thử lại sau ít phút."),
    "search_busy": _("Chỉ mục tìm kiếm đang bận. Đồng chí thử lại sau ít phút."),
}


def sentence(problem: Problem) -> str:
    """The reader's sentence for a problem; raises KeyError for a code that nobody wrote a sentence for."""
    return str(SENTENCES[problem.code]) % problem.values if problem.values else str(SENTENCES[problem.code])


def code_sentence(code: str) -> str:
    """The sentence of a code that was stored, for example why a file could not be read."""
    known = SENTENCES.get(code)
    return str(known) if known is not None else gettext("Không rõ lý do (%(code)s).", code=code)
