"""What the reasons on a version mean, for the person who uploaded it. The codes are stable, the words may change."""

from documents.errors import N_

REASONS = {
    "empty": N_("Tệp trống, không có nội dung."),
    "not_a_pdf": N_("Tệp có tên .pdf nhưng không phải là tệp PDF."),
    "encrypted": N_("Tệp được đặt mật khẩu nên không đọc được nội dung."),
    "damaged": N_("Tệp bị hỏng, không đọc được nội dung."),
    "too_large": N_("Nội dung tệp quá lớn để đọc tự động."),
    "timeout": N_("Đọc tệp quá lâu nên đã dừng lại."),
    "too_many_pages": N_("Tệp có quá nhiều trang, chỉ các trang đầu được đưa vào tìm kiếm."),
    "no_text": N_("Tệp không có chữ (bản chụp hoặc ảnh), chỉ tìm được theo tên."),
    "partly_read": N_("Một số trang không đọc được nội dung."),
    "unsupported_type": N_("Loại tệp này được lưu giữ nhưng không đọc được nội dung."),
    "blob_missing": N_("Không tìm thấy nội dung của tệp trong kho lưu trữ."),
    "blob_damaged": N_("Nội dung tệp trong kho lưu trữ không còn nguyên vẹn."),
    "worker_died": N_("Việc đọc tệp bị dừng đột ngột nhiều lần."),
    "gave_up": N_("Đọc tệp không thành công sau nhiều lần thử."),
}


def reason_text(code: str) -> str:
    """The message of a reason, untranslated; a general one for a code that is unknown here."""
    return REASONS.get(code, REASONS["gave_up"])
