"""The forms the firm has on the web, and what robots write into them."""

from typing import Any, Final

from khoi.operations.services.demo.story import PAPERS, WEBINAR

_ABOUT: Final = (
    "Bến Mây chỉ dùng những gì bạn điền ở đây để trả lời bạn. Không bán, không chia cho ai. Bạn muốn xem, sửa, xóa hay "
    "rút lại đồng ý thì cứ trả lời bất kỳ thư nào của chúng tôi."
)
_ANSWER: Final = "Bến Mây được gọi điện và gửi email cho tôi về yêu cầu này. Tôi rút lại lúc nào cũng được."
_NEWS: Final = "Gửi cho tôi bản tin kho vận mỗi tháng một lần. Thư nào cũng có nút hủy."


def _form(slug: str, name: str, asks: str, *, title: str, intro: str, button: str, **more: Any) -> dict[str, Any]:
    """``asks``: fields in order, ``*`` behind those that must be filled in."""
    fields = [{"code": ask.rstrip("*"), "required": ask.endswith("*")} for ask in asks.split()]
    words = {"title": title, "intro": intro, "button": button, "thanks": "Bến Mây đã nhận, cảm ơn bạn"}
    texts = {"vi": {**words, "consent": _ANSWER, "marketing": _NEWS, "about_data": _ABOUT}}
    return {"slug": slug, "name": name, "fields": fields, "texts": texts, **more}


#: What ``capture.add_form`` is called with, beside the price request every workspace begins with.
FORMS: Final = (
    _form(
        "xem-demo",
        "Đăng ký xem demo",
        "name* phone* email* company* job_title industry employees region need message",
        title="Xem Bến Mây chạy với hàng của bạn",
        intro="Gửi vài mã hàng, chúng tôi nạp sẵn rồi mới mời bạn xem. Ba mươi phút, trực tuyến hoặc tại kho.",
        button="Chọn giờ xem demo",
        source="organic_search",
        channel="website",
        touch_kind="demo_request",
    ),
    _form(
        "dung-thu",
        "Dùng thử 30 ngày",
        "name* email* phone* company* employees industry need",
        title="Dùng thử 30 ngày, không cần thẻ",
        intro="Một kho, năm người dùng, đủ chức năng. Hết hạn dữ liệu vẫn lấy ra được.",
        button="Mở bản dùng thử",
        source="landing_page",
        channel="ads",
        campaign="tet_khong_lo_kho",
        touch_kind="form",
    ),
    _form(
        "hoi-thao",
        f"Đăng ký hội thảo {WEBINAR}",
        "name* email* phone company* job_title* industry employees need",
        title=f"Hội thảo trực tuyến: {WEBINAR}",
        intro="Chiều thứ Năm tuần thứ hai mỗi tháng. Hai thủ kho kể chuyện thật, nửa giờ hỏi đáp.",
        button="Giữ chỗ",
        source="webinar",
        channel="website",
        campaign="kho_thong_minh",
        touch_kind="form",
    ),
    _form(
        "so-tay",
        f"Tải {PAPERS[0].lower()}",
        "name* email* phone company job_title employees",
        title="Sổ tay kiểm kê, 24 trang",
        intro="Cách đếm hết kho trong một ngày mà không phải đóng cửa. Chúng tôi gửi vào email của bạn.",
        button="Gửi sổ tay cho tôi",
        source="ads",
        channel="ads",
        campaign="so_tay_kiem_ke",
        touch_kind="form",
    ),
    _form(
        "tu-van",
        "Nhận tư vấn (Facebook)",
        "name* phone* email company industry employees message",
        title="Hỏi gì về kho cũng được",
        intro="Để lại số, người của Bến Mây gọi lại trong giờ làm việc.",
        button="Nhờ tư vấn",
        source="social",
        channel="facebook",
        touch_kind="form",
    ),
)

#: The form each source has in the firm's pages: source code → slug.
FORM_OF: Final = {"web_form": "bao-gia", **{str(form["source"]): str(form["slug"]) for form in FORMS}}

#: name, email, message, as programs send them.
ROBOTS: Final = (
    ("RobertSeo", "seo@rankfast.example", "Your site is not on page one! We give 5000 backlinks, first week free."),
    ("Lisa", "offers@casino-win.example", "Click here to claim bonus http://casino-win.example"),
    ("Vay nhanh 24h", "vay@tiennhanh.example", "Hỗ trợ vay vốn không thế chấp, giải ngân trong ngày, lãi 0 %."),
    ("xRumerTest", "a@b.example", "qwe rty uio"),
    ("Thiết kế web giá rẻ", "sale@webre.example", "Bên em nhận thiết kế web trọn gói 990k, tặng tên miền."),
)
BROWSERS: Final = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/131.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Safari/604.1",
    "Mozilla/5.0 (Linux; Android 14; Mobile) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36",
)
