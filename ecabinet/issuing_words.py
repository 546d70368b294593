"""The words of issuing: part of :mod:`ecabinet.labels` and :mod:`ecabinet.messages`."""

from flask_babel import lazy_gettext

_ = lazy_gettext

ISSUING_LABELS = {
    "purpose": {
        "report": _("Để báo cáo"),
        "carry_out": _("Để thực hiện"),
        "cooperate": _("Để phối hợp"),
        "know": _("Để biết"),
        "keep": _("Để lưu"),
    },
    "recipient_kind": {
        "unit": _("Đơn vị trong hệ thống"),
        "member": _("Cá nhân"),
        "outside": _("Cơ quan ngoài hệ thống"),
    },
    "delivery": {
        "plan": _("Dự kiến"),
        "wait": _("Đang chuyển"),
        "00": _("Đã gửi, chưa có phản hồi"),
        "01": _("Chưa tiếp nhận"),
        "02": _("Từ chối nhận"),
        "03": _("Đã tiếp nhận"),
        "04": _("Đã phân công"),
        "05": _("Đang xử lý"),
        "06": _("Hoàn thành"),
    },
    "delivery_recall": {
        "13": _("Yêu cầu thu hồi"),
        "15": _("Đã thu hồi"),
        "16": _("Không đồng ý thu hồi"),
    },
    "copy_kind": {
        "SY": _("Sao y: toàn bộ bản gốc, bản chính"),
        "SL": _("Sao lục: sao từ bản sao y"),
        "TrS": _("Trích sao: một số trang"),
    },
    "issuing_pile": {
        "number": _("Chờ lấy số"),
        "seal": _("Chờ ký số cơ quan"),
        "issue": _("Chờ phát hành"),
        "refused": _("Bị từ chối nhận"),
        "recalling": _("Đang thu hồi"),
        "following": _("Còn nơi chưa tiếp nhận"),
    },
}

ISSUING_SENTENCES = {
    "number_elsewhere": _("Số giữ chỗ này thuộc dãy số khác."),
    "sealed_already": _("Văn bản này đã có chữ ký số của cơ quan."),
    "paper_unfinished": _("Chưa ghi số, ngày vào văn bản. Đồng chí bấm Ghi số, ngày rồi phát hành."),
    "unsealed": _("Văn bản chưa có chữ ký số của cơ quan. Nếu vẫn phát hành, đồng chí ghi rõ lý do."),
    "no_recipients": _("Đồng chí chưa chọn nơi nhận nào."),
    "units_gone": _("Có nơi nhận đã giải thể: %(names)s."),
    "recipient_left": _("Có người nhận không còn sinh hoạt: %(names)s."),
    "no_keeper": _("Có đơn vị chưa giao ai quản lý văn bản mật, nên không gửi văn bản mật đến được: %(names)s."),
    "former_not_issued": _("Văn bản %(paper)s không còn hiệu lực phát hành, nên không thay thế hoặc sửa được nữa."),
    "delivery_state": _("Việc chuyển văn bản này vừa sang trạng thái khác. Đồng chí tải lại trang."),
    "reminded_lately": _("Mới nhắc trong vòng 12 giờ qua."),
    "recall_nothing_done": _("Chưa triển khai thì trả lại văn bản. Chỉ từ chối thu hồi khi việc đã làm hoặc đang làm."),
    "organ_code": _("Mã định danh gồm các nhóm chữ số cách nhau bằng dấu chấm, ví dụ 000.00.00.H41."),
    "not_an_address": _("Địa chỉ thư điện tử chưa đúng."),
    "not_pages": _("Trang trích sao ghi như 1-3, 5 và có trong văn bản."),
    "not_copied": _("Không lập được bản sao từ tệp này. Đồng chí sao trên giấy rồi nhập bản quét."),
}
