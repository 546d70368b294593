"""What people read when something is refused: one sentence for each code of :class:`documents.errors.Problem`."""

from flask_babel import gettext, lazy_gettext

from documents.errors import Problem
from ecabinet.agenda_words import AGENDA_SENTENCES
from ecabinet.archive_words import ARCHIVE_SENTENCES
from ecabinet.drafting_words import DRAFTING_SENTENCES
from ecabinet.exchange_words import EXCHANGE_SENTENCES
from ecabinet.export_words import EXPORT_SENTENCES
from ecabinet.filing_words import FILING_SENTENCES
from ecabinet.following_words import FOLLOWING_SENTENCES
from ecabinet.invitation_words import INVITATION_SENTENCES
from ecabinet.issuing_words import ISSUING_SENTENCES
from ecabinet.meeting_words import MEETING_SENTENCES
from ecabinet.member_messages import MEMBER_SENTENCES
from ecabinet.minutes_words import MINUTES_SENTENCES
from ecabinet.office_words import OFFICE_SENTENCES
from ecabinet.opinion_words import OPINION_SENTENCES
from ecabinet.processing_words import PROCESSING_SENTENCES
from ecabinet.reading_words import READING_SENTENCES
from ecabinet.search_words import SEARCH_SENTENCES
from ecabinet.signing_words import SIGNING_SENTENCES
from ecabinet.speaker_words import SPEAKER_SENTENCES
from ecabinet.upload_words import UPLOAD_SENTENCES
from ecabinet.work_words import WORK_SENTENCES

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
    "another_request": _("Mã của yêu cầu này đã được dùng cho một yêu cầu khác nên yêu cầu không được thực hiện."),
    "answered_elsewhere": _("Đồng chí đã trả lời giấy mời này ở nơi khác. Đồng chí chọn giữ câu trả lời nào."),
    "too_long": _("Nội dung quá dài (tối đa %(limit)s ký tự)."),
    "not_a_time": _("Ngày giờ chưa đúng."),
    "not_in_range": _("Giá trị phải từ %(low)s đến %(high)s."),
    "not_a_fraction": _("Tỷ lệ phải là phân số lớn hơn 0 và không quá 1."),
    # signing in
    "sign_in_failed": _("Tên đăng nhập hoặc mật khẩu không đúng."),
    "throttled": _("Đăng nhập sai quá nhiều lần. Đồng chí vui lòng thử lại sau 15 phút."),
    "signed_out": _("Đồng chí cần đăng nhập."),
    # accounts
    "password_too_short": _("Mật khẩu cần ít nhất %(least)s ký tự. Một câu dễ nhớ là tốt nhất."),
    "password_is_login": _("Mật khẩu không được trùng với tên đăng nhập."),
    "password_common": _("Mật khẩu này nằm trong số những mật khẩu bị thử đầu tiên. Đồng chí chọn mật khẩu khác."),
    "not_the_same": _("Hai lần nhập mật khẩu không giống nhau."),
    "wrong_password": _("Mật khẩu hiện tại không đúng."),
    "bad_login": _("Tên đăng nhập gồm 3–60 ký tự: chữ thường không dấu, chữ số và các dấu . _ - + @"),
    "login_taken": _("Tên đăng nhập này đã có người dùng."),
    "no_such_login": _("Không có tài khoản nào mang tên đăng nhập này."),
    "code_wrong": _("Mã không đúng, đã được dùng hoặc đã hết hạn. Đồng chí nhập mã mới."),
    "codes_throttled": _("Mã xác thực bị nhập sai quá nhiều lần. Đồng chí dùng mã dự phòng hoặc thử lại sau 15 phút."),
    "passkey_refused": _("Khóa đăng nhập không được chấp nhận. Đồng chí thử lại hoặc dùng mật khẩu."),
    "too_many_passkeys": _("Mỗi tài khoản có nhiều nhất %(limit)s khóa đăng nhập."),
    "oidc_failed": _("Không đăng nhập được qua tài khoản của cơ quan. Đồng chí thử lại hoặc dùng mật khẩu."),
    "oidc_unknown": _("Tài khoản của cơ quan chưa gắn với tài khoản nào ở đây. Đồng chí liên hệ quản trị đơn vị."),
    "invitation_over": _("Liên kết đã được dùng hoặc đã hết hạn. Đồng chí đề nghị quản trị đơn vị gửi liên kết mới."),
    "account_closed": _("Tài khoản này đang bị khóa."),
    "not_yourself": _("Đồng chí không thực hiện được việc này với chính mình."),
    "no_such_unit_code": _("Không có đơn vị mang mã này trong phạm vi đồng chí quản trị."),
    "already_over": _("Thời điểm này đã qua."),
    "delegation_too_long": _("Mỗi lần ủy quyền dài nhất %(days)s ngày."),
    # meetings
    "ends_before_start": _("Giờ kết thúc phải sau giờ bắt đầu."),
    "meeting_too_long": _("Phiên họp không thể dài quá %(days)s ngày."),
    "seat_is_no_guest": _("Đại biểu có quyền biểu quyết không chuyển thành khách mời được."),
    "order_mismatch": _("Chương trình vừa được người khác thay đổi. Đồng chí xem lại rồi sắp xếp lại."),
    "item_has_papers": _("Nội dung đã có tài liệu, biểu quyết, phát biểu hoặc đã tiến hành nên không xóa được."),
    "already_invited": _("Người này đã có trong danh sách mời."),
    "invited_takes_part": _("Đồng chí này đã đến họp, bỏ phiếu hoặc đăng ký phát biểu nên không đưa ra được nữa."),
    "not_yourself_off": _("Đồng chí không tự đưa mình ra khỏi danh sách được."),
    "substitute_came": _("Người dự thay đã điểm danh nên không thay đổi được nữa."),
    "substitute_of_substitute": _("Người dự thay không ủy quyền tiếp cho người khác."),
    "no_such_member": _("Không tìm thấy đoàn viên này."),
    "no_such_unit": _("Đồng chí chưa chọn đơn vị hoặc tổ chức họp."),
    "nothing_to_invite": _("Chưa có ai trong danh sách mời."),
    # units
    "not_a_day": _("Ngày chưa đúng."),
    "day_to_come": _("Ngày này chưa đến."),
    "before_founding": _("%(unit)s thành lập ngày %(day)s, sau ngày này."),
    "before_last_operation": _("%(unit)s đã có thay đổi ngày %(day)s, sau ngày này."),
    "unit_dissolved": _("%(unit)s đã giải thể."),
    "root_stays": _("Đơn vị đứng đầu chỉ có thể đổi tên."),
    "unit_below_itself": _("Đơn vị không thể trực thuộc chính nó hoặc đơn vị cấp dưới của nó."),
    "unit_into_itself": _("Đơn vị không thể hợp nhất với chính nó."),
    "already_there": _("Đơn vị đang trực thuộc đơn vị này rồi."),
    "tree_too_deep": _("Đơn vị này nằm quá sâu, không thêm được cấp dưới."),
    "unit_not_empty": _("Đơn vị còn đoàn viên hoặc đơn vị trực thuộc. Đồng chí chọn đơn vị tiếp nhận."),
    "transfers_under_way": _("%(unit)s còn đoàn viên đang làm thủ tục chuyển sinh hoạt."),
    "code_taken": _("Mã %(taken)s đã được dùng."),
    "same_name": _("Tên này là tên hiện nay."),
    "nothing_to_split": _("Đồng chí chưa chọn đơn vị trực thuộc hoặc đoàn viên nào để tách."),
    "not_of_this_unit": _("Có đơn vị hoặc đoàn viên không thuộc đơn vị này."),
    "unknown_kind": _("Đồng chí chưa chọn loại."),
    "unit_not_found": _("Không tìm thấy đơn vị này trong phạm vi đồng chí quản lý."),
    "unit_ambiguous": _("Có nhiều đơn vị tên như vậy. Đồng chí ghi mã: %(units)s."),
    "cards_unknown": _("Không có đoàn viên của đơn vị mang số thẻ: %(cards)s."),
    # bodies
    "body_exists": _("Đơn vị đã có tổ chức tên này."),
    "term_exists": _("Tổ chức đã có nhiệm kỳ tên này."),
    "terms_overlap": _("Thời gian này trùng với nhiệm kỳ %(term)s."),
    "ends_before_it_starts": _("Ngày kết thúc phải từ ngày bắt đầu trở đi."),
    "outside_the_term": _("Ngày phải trong nhiệm kỳ (%(term)s)."),
    "positions_begin_later": _("Có chức vụ bắt đầu sau ngày này."),
    "seat_held_already": _("Đồng chí này đang giữ chức vụ đó trong thời gian này."),
    "not_of_the_subtree": _("Người giữ chức vụ phải là đoàn viên của đơn vị hoặc cấp dưới."),
    "member_not_active": _("Đoàn viên này hiện không sinh hoạt."),
    "member_ambiguous": _("Có nhiều đồng chí tên như vậy. Đồng chí ghi số thẻ: %(members)s."),
    "position_over": _("Chức vụ này đã kết thúc."),
    "official_already": _("Đoàn viên này đã có hồ sơ cán bộ."),
    "staff_code_taken": _("Mã cán bộ này đã cấp cho người khác."),
    "unknown_choice": _("Giá trị này không có trong danh sách."),
    "no_national_id": _("Đoàn viên chưa có số CCCD trong hồ sơ."),
    "check_waiting": _("Đã gửi yêu cầu xác minh, đang chờ trả lời."),
    # votes
    "more_than_all": _("Không thể yêu cầu nhiều hơn toàn bộ số phiếu."),
    "meeting_not_under_way": _("Phiên họp chưa khai mạc hoặc đã kết thúc."),
    "another_poll_open": _("Đang có một biểu quyết khác mở. Đồng chí đóng biểu quyết đó trước."),
    "poll_still_open": _("Đang có biểu quyết mở. Đồng chí đóng biểu quyết trước khi kết thúc phiên họp."),
    "nobody_entitled": _("Chưa có đại biểu nào có quyền biểu quyết có mặt."),
    "live_only_named": _("Chỉ hiện kết quả ngay khi biểu quyết công khai."),
    "no_candidates": _("Chưa có ai trong danh sách bầu."),
    "too_many_candidates": _("Danh sách bầu có nhiều nhất %(limit)s người."),
    "candidate_twice": _("Có người được ghi hai lần trong danh sách bầu."),
    "poll_frozen": _("Biểu quyết đã mở nên không sửa được nữa."),
    "secret_needs_equal_weights": _("Bỏ phiếu kín chỉ khi mọi lá phiếu có giá trị như nhau."),
    "urn_unreadable": _("Không mở được hòm phiếu: khóa của máy chủ (REGISTRY_KEY) đã thay đổi từ khi mở biểu quyết."),
    "votes_by_hand": _("Nội dung này biểu quyết bằng giơ tay hoặc phiếu giấy."),
    "not_by_hand": _("Chỉ nhập kết quả đếm cho biểu quyết bằng giơ tay hoặc phiếu giấy."),
    "hand_count_missing": _("Chưa nhập kết quả đếm."),
    "more_returned_than_issued": _("Số phiếu thu về nhiều hơn số phiếu phát ra."),
    "more_invalid_than_returned": _("Số phiếu không hợp lệ nhiều hơn số phiếu thu về."),
    "votes_do_not_add_up": _("Cộng các phương án được %(total)s, trong khi có %(valid)s phiếu hợp lệ."),
    "more_votes_than_ballots": _("Có phương án được nhiều phiếu hơn %(valid)s phiếu hợp lệ cho phép."),
    "too_few_chosen": _("Đồng chí cần chọn ít nhất %(least)s."),
    "chosen_twice": _("Một lựa chọn được ghi hai lần."),
    "no_third_round": _("Không bầu quá hai vòng."),
    "no_seat_vacant": _("Đã bầu đủ số lượng."),
    "second_round_exists": _("Đã có bầu vòng hai cho lần bầu này."),
    "no_quorum": _("Chưa đủ số đại biểu: có mặt %(present)s/%(summoned)s, cần ít nhất %(needed)s."),
    "no_quorum_of_units": _("Chưa đủ số đơn vị: có đại biểu của %(present)s/%(summoned)s, cần ít nhất %(needed)s."),
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
    # printed papers
    "seal_unusable": _(
        "Chưa ký số được văn bản vì chứng thư của cơ quan không dùng được. Đồng chí báo người quản trị hệ thống."
    ),
    # search
    "search_broken": _("Chỉ mục tìm kiếm đang được dựng lại. Đồng chí thử lại sau ít phút."),
    "search_busy": _("Chỉ mục tìm kiếm đang bận. Đồng chí thử lại sau ít phút."),
    **AGENDA_SENTENCES,
    **MEETING_SENTENCES,
    **INVITATION_SENTENCES,
    **MEMBER_SENTENCES,
    **SIGNING_SENTENCES,
    **SPEAKER_SENTENCES,
    **FILING_SENTENCES,
    **FOLLOWING_SENTENCES,
    **PROCESSING_SENTENCES,
    **READING_SENTENCES,
    **EXPORT_SENTENCES,
    **SEARCH_SENTENCES,
    **UPLOAD_SENTENCES,
    **ARCHIVE_SENTENCES,
    **OPINION_SENTENCES,
    **OFFICE_SENTENCES,
    **DRAFTING_SENTENCES,
    **EXCHANGE_SENTENCES,
    **ISSUING_SENTENCES,
    **MINUTES_SENTENCES,
    **WORK_SENTENCES,
}


def sentence(problem: Problem) -> str:
    """The reader's sentence for a problem; raises KeyError for a code that nobody wrote a sentence for."""
    return str(SENTENCES[problem.code]) % problem.values if problem.values else str(SENTENCES[problem.code])


def code_sentence(code: str) -> str:
    """The sentence of a code that was stored, for example why a file could not be read."""
    known = SENTENCES.get(code)
    return str(known) if known is not None else gettext("Không rõ lý do (%(code)s).", code=code)
