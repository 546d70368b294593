"""Worked examples: one paper of each form, with everything a paper may hold."""

from datetime import UTC, date, datetime

from ecabinet.printing.sheets import (
    Align,
    Code,
    Column,
    Facts,
    Form,
    Head,
    Heading,
    Items,
    Marks,
    Paragraph,
    Run,
    Sheet,
    Signer,
    Table,
    Title,
)

AT = datetime(2026, 11, 22, 1, 30, 5, tzinfo=UTC)

DECISION = Sheet(
    Head(Form.STATE, "Ủy ban nhân dân phường Hoàn Kiếm", "Ủy ban nhân dân thành phố Hà Nội",
         "15", "QĐ-UBND", "Hà Nội", date(2026, 2, 5)),
    Title("Quyết định", "Về việc ban hành Quy chế làm việc của Ủy ban nhân dân phường Hoàn Kiếm"),
    (
        Paragraph("CHỦ TỊCH ỦY BAN NHÂN DÂN PHƯỜNG HOÀN KIẾM", Align.CENTER, bold=True),
        Paragraph("Căn cứ Luật Tổ chức chính quyền địa phương ngày 16 tháng 6 năm 2025;", italic=True),
        Paragraph("Theo đề nghị của Chánh Văn phòng Hội đồng nhân dân và Ủy ban nhân dân phường.", italic=True),
        Paragraph("QUYẾT ĐỊNH:", Align.CENTER, bold=True),
        Paragraph((Run("Điều 1. ", bold=True), Run(
            "Ban hành kèm theo Quyết định này Quy chế làm việc của Ủy ban nhân dân phường Hoàn Kiếm, áp dụng từ ngày "
            "ký cho đến khi có quyết định khác thay thế."))),
        Items(("Thành viên Ủy ban nhân dân phường;", "Công chức chuyên môn."), Marks.LETTERS),
        Table(
            (Column("TT", 1, Align.CENTER), Column("Nội dung", 6), Column("Số phiếu", 2, Align.RIGHT)),
            (("1", "Đồng ý", "25"), ("2", "Không đồng ý", "1"), ("3", "Ý kiến khác", "0")),
            "Bảng 1. Kết quả lấy ý kiến thành viên",
        ),
        Paragraph((Run("Điều 2. ", bold=True), Run(
            "Chánh Văn phòng, các thành viên Ủy ban nhân dân phường chịu trách nhiệm thi hành Quyết định này./."))),
    ),
    signers=(Signer("Phó Chủ tịch", "Nguyễn Thị Hằng", ("KT. Chủ tịch",)),),
    recipients=("Như Điều 2", "Thường trực Thành ủy (để báo cáo);", "Lưu: VT, VP"),
)  # fmt: skip

MINUTES = Sheet(
    Head(Form.UNION, "Ban Chấp hành tỉnh Tuyên Quang", "Ban Chấp hành Trung ương",
         "", "BB/TĐTN-VP", "Tuyên Quang", date(2026, 11, 22)),
    Title("Biên bản", "Hội nghị Ban Chấp hành Tỉnh đoàn lần thứ mười, nhiệm kỳ 2022 - 2027"),
    (
        Facts((("Thời gian", "08 giờ 00, ngày 22 tháng 11 năm 2026"), ("Địa điểm", "Hội trường Tỉnh đoàn"))),
        Heading("I. THÀNH PHẦN"),
        Items(("Có mặt: 31 đồng chí;", "Vắng mặt có lý do: 02 đồng chí.")),
        Heading("II. NỘI DUNG"),
        Heading("1. Báo cáo", 2),
        Paragraph("Đồng chí Bí thư trình bày báo cáo kết quả công tác Đoàn và phong trào thanh thiếu nhi."),
        Heading("1.1. Thảo luận", 3),
        Items(("Đồng chí Lò Thị Ủy: đề nghị bổ sung chỉ tiêu.",), Marks.DASHES),
        Code("https://hop.example.vn/p/abc", "Quét để mở tài liệu", 25),
    ),
    signers=(
        Signer("Thư ký", "Trần Văn Đỗ", note="(Ký, ghi rõ họ tên)"),
        Signer("Chủ tọa", "Hoàng Ngọc Ẩn", note="(Ký, ghi rõ họ tên)"),
        Signer("Trưởng Ban kiểm phiếu", "Lê Thị Ưng"),
    ),
    recipients=("Ban Bí thư Trung ương Đoàn (b/c);", "Lưu: VP"),
    draft=True,
)  # fmt: skip

LETTER = Sheet(
    Head(Form.UNION, "Ban Chấp hành Trung ương", "", "245", "CV/TWĐTN-VP", "Hà Nội", date(2026, 1, 9)),
    Title(summary="chuẩn bị hội nghị Ban Chấp hành lần thứ tám"),
    (Paragraph("Ban Bí thư Trung ương Đoàn đề nghị các đồng chí gửi tài liệu trước ngày 15 tháng 01 năm 2026."),),
    ("Ban Thường vụ các tỉnh đoàn, thành đoàn;", "Các Đoàn trực thuộc"),
    (Signer("Chánh Văn phòng", "Phạm Đình Ẳng", ("TL. Ban Bí thư Trung ương Đoàn",)),),
    ("Như kính gửi", "Lưu: VP"),
)  # fmt: skip
