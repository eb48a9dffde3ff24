"""The forms the firm has on the web, and what robots write into them."""

from typing import Any, Final

from khoi.operations.services.demo.story import PAPERS, WEBINAR

Words = dict[str, str]

#: What every form says, in the language of the page it stands on.
_COMMON: Final[dict[str, Words]] = {
    "vi": {
        "thanks": "Bến Mây đã nhận, cảm ơn bạn",
        "consent": "Bến Mây được gọi điện và gửi email cho tôi về yêu cầu này. Tôi rút lại lúc nào cũng được.",
        "marketing": "Gửi cho tôi bản tin kho vận mỗi tháng một lần. Thư nào cũng có nút hủy.",
        "about_data": "Bến Mây chỉ dùng những gì bạn điền ở đây để trả lời bạn. Không bán, không chia cho ai. Bạn muốn "
        "xem, sửa, xóa hay rút lại đồng ý thì cứ trả lời bất kỳ thư nào của chúng tôi.",
    },
    "en": {
        "thanks": "Bến Mây has your message, thank you",
        "consent": "Bến Mây may phone and email me about this request. I can take this back at any time.",
        "marketing": "Send me the warehouse letter once a month. Every issue has a way to stop it.",
        "about_data": "Bến Mây uses what you write here to answer you, and for nothing else. We sell it to nobody and "
        "share it with nobody. To see, correct or delete it, or to take your consent back, reply to any of our mails.",
    },
}
#: After a year the first form says better what it asks consent for.
BETTER_CONSENT: Final[Words] = {
    "vi": "Gọi, nhắn Zalo và gửi email cho tôi về yêu cầu này. Tôi rút lại lúc nào cũng được.",
    "en": "Phone, message on Zalo and email me about this request. I can take this back at any time.",
}


def _form(slug: str, name: str, asks: str, *, vi: Words, en: Words, **more: Any) -> dict[str, Any]:
    """``asks``: fields in order, ``*`` behind those that must be filled in. ``vi``, ``en``: title, intro, button."""
    fields = [{"code": ask.rstrip("*"), "required": ask.endswith("*")} for ask in asks.split()]
    texts = {language: {**words, **_COMMON[language]} for language, words in (("vi", vi), ("en", en))}
    return {"slug": slug, "name": name, "fields": fields, "texts": texts, **more}


def _words(title: str, intro: str, button: str) -> Words:
    return {"title": title, "intro": intro, "button": button}


#: What ``capture.add_form`` is called with, beside the price request every workspace begins with.
FORMS: Final = (
    _form(
        "xem-demo",
        "Đăng ký xem demo",
        "name* phone* email* company* job_title industry employees region need message",
        vi=_words(
            "Xem Bến Mây chạy với hàng của bạn",
            "Gửi vài mã hàng, chúng tôi nạp sẵn rồi mới mời bạn xem. Ba mươi phút, trực tuyến hoặc tại kho.",
            "Chọn giờ xem demo",
        ),
        en=_words(
            "See Bến Mây run with your own goods",
            "Send a few item codes and we load them before we show you around. Half an hour, online or at your place.",
            "Pick a time",
        ),
        source="organic_search",
        channel="website",
        touch_kind="demo_request",
    ),
    _form(
        "dung-thu",
        "Dùng thử 30 ngày",
        "name* email* phone* company* employees industry need",
        vi=_words(
            "Dùng thử 30 ngày, không cần thẻ",
            "Một kho, năm người dùng, đủ chức năng. Hết hạn dữ liệu vẫn lấy ra được.",
            "Mở bản dùng thử",
        ),
        en=_words(
            "30 days on trial, no card needed",
            "One warehouse, five users, every feature. When it ends you still get your data out.",
            "Start the trial",
        ),
        source="landing_page",
        channel="ads",
        campaign="tet_khong_lo_kho",
        touch_kind="form",
    ),
    _form(
        "hoi-thao",
        f"Đăng ký hội thảo {WEBINAR}",
        "name* email* phone company* job_title* industry employees need",
        vi=_words(
            f"Hội thảo trực tuyến: {WEBINAR}",
            "Chiều thứ Năm tuần thứ hai mỗi tháng. Hai thủ kho kể chuyện thật, nửa giờ hỏi đáp.",
            "Giữ chỗ",
        ),
        en=_words(
            "Webinar: the clever warehouse",
            "The second Thursday afternoon of each month. Two storekeepers tell how it really went, then half an hour "
            "of questions. In Vietnamese, with English subtitles.",
            "Keep a seat",
        ),
        source="webinar",
        channel="website",
        campaign="kho_thong_minh",
        touch_kind="form",
    ),
    _form(
        "so-tay",
        f"Tải {PAPERS[0].lower()}",
        "name* email* phone company job_title employees",
        vi=_words(
            "Sổ tay kiểm kê, 24 trang",
            "Cách đếm hết kho trong một ngày mà không phải đóng cửa. Chúng tôi gửi vào email của bạn.",
            "Gửi sổ tay cho tôi",
        ),
        en=_words(
            "The stocktaking handbook, 24 pages",
            "How to count a whole warehouse in a day without closing it. We send it to your mailbox.",
            "Send me the handbook",
        ),
        source="ads",
        channel="ads",
        campaign="so_tay_kiem_ke",
        touch_kind="form",
    ),
    _form(
        "tu-van",
        "Nhận tư vấn (Facebook)",
        "name* phone* email company industry employees message",
        vi=_words(
            "Hỏi gì về kho cũng được",
            "Để lại số, người của Bến Mây gọi lại trong giờ làm việc.",
            "Nhờ tư vấn",
        ),
        en=_words(
            "Ask us anything about warehouses",
            "Leave a number and somebody from Bến Mây calls you back in office hours.",
            "Call me back",
        ),
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
