"""How the two years go: where leads come from, how far they get, what is said on the way."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Door:
    """One source. ``weight``: its part of all leads; ``quality`` multiplies the chance to pass each gate;
    ``month_cost`` in đồng. ``page``: where they wrote from; ``referrers``: where they
    came from before; ``medium``: what the campaign is marked with in the address."""

    source: str
    channel: str
    touch: str
    weight: int
    quality: float
    month_cost: int = 0
    page: str = ""
    referrers: tuple[str, ...] = ()
    medium: str = ""


SITE = "https://benmay.example"
_SEARCH = ("https://www.google.com/", "https://coccoc.com/search", "https://www.bing.com/")
_SOCIAL = ("https://www.facebook.com/", "https://m.facebook.com/", "https://l.facebook.com/")

DOORS = (
    Door("web_form", "website", "price_request", 15, 1.1, page="/bang-gia", referrers=("", f"{SITE}/", *_SEARCH)),
    Door("organic_search", "website", "demo_request", 15, 0.95, page="/phan-mem-kho", referrers=_SEARCH),
    Door("landing_page", "ads", "form", 10, 0.8, 9_000_000, "/tet-khong-lo-kho", _SEARCH[:1], "cpc"),
    Door("webinar", "website", "webinar", 11, 1.05, 6_000_000, "/hoi-thao", ("https://mail.google.com/", ""), "email"),
    Door("trade_fair", "in_person", "event", 8, 0.9, 14_000_000),
    Door("customer_referral", "phone", "call_in", 6, 1.7, 2_000_000),
    Door("partner", "partner", "demo_request", 6, 1.4, 4_000_000),
    Door("social", "facebook", "form", 10, 0.6, 5_000_000, "/tu-van", _SOCIAL, "social"),
    Door("zalo", "zalo", "chat", 7, 0.9, 1_500_000),
    Door("ads", "ads", "download", 8, 0.45, 16_000_000, "/so-tay-kiem-ke", _SOCIAL, "cpc"),
    Door("inbound_call", "phone", "call_in", 4, 1.4),
    Door("purchased_list", "file", "", 4, 0.2, 3_000_000),
)

WEBINAR = "Kho thông minh"
#: code, name, channel, budget in đồng
CAMPAIGNS = (
    ("tet_khong_lo_kho", "Tết không lo kho", "ads", 216_000_000),
    ("kho_thong_minh", "Hội thảo Kho thông minh", "website", 144_000_000),
    ("so_tay_kiem_ke", "Sổ tay kiểm kê", "ads", 384_000_000),
    ("trien_lam_logistics", "Triển lãm kho vận", "in_person", 336_000_000),
)

#: The chance to go from each step to the next. The leak is SAL → SQL: the budget is asked for late, or never.
REACHES_MQL = 0.75
IS_ACCEPTED = 0.9
BECOMES_SQL = 0.434
IS_CONVERTED = 0.93
IS_WON = 0.3
#: What a partner brought and sales accepted is mostly carried on by a rep of the manager who looks after partners.
IS_TAKEN_OVER = 0.5
#: Of what comes through the partner's door, the part the partner enters and keeps; the rest they only pass on.
IS_ENTERED_BY_PARTNER = 0.7
#: Of this half year's deals, those that nobody moves any more; and of lost ones, those that come back.
IS_FORGOTTEN = 0.15
COMES_BACK = 0.08

#: Open pipeline stages in order, with the days a deal rests in each (median).
DEAL_STEPS = (("contact", 4), ("qualification", 6), ("needs_analysis", 9), ("proposal", 11), ("negotiation", 9))

NEEDS = (
    "In mã vạch và đếm kho bằng điện thoại",
    "Theo dõi lô và hạn dùng",
    "Gộp tồn kho ba chi nhánh",
    "Bỏ bảng tính, báo cáo tồn theo ngày",
    "Kết nối phần mềm kế toán",
    "Quản lý kho lạnh hai tầng",
    "Xuất nhập theo vị trí kệ",
    "Kiểm kê cuối tháng không phải đóng cửa",
)
MESSAGES = (
    "Bên mình đang quản kho bằng bảng tính, muốn xem phần mềm làm được gì.",
    "Cho mình xin báo giá gói 50 người dùng và thời gian triển khai.",
    "Hàng hay lệch giữa sổ và kho, cần giải pháp trước Tết.",
    "Có dùng được trên điện thoại cho thủ kho không?",
    "Mình cần in tem mã vạch và quản hạn dùng.",
    "",
)
CALLS = (
    "Đã nói chuyện mười phút, quan tâm phần mã vạch. Hẹn gửi tài liệu.",
    "Khách đang so với một bên khác, hỏi kỹ thời gian triển khai.",
    "Nói chuyện với thủ kho, sẽ chuyển máy cho sếp tuần sau.",
    "Muốn xem demo với dữ liệu của họ.",
    "Đang bận kiểm kê, hẹn gọi lại.",
    "Đang dùng bảng tính trên máy chung, hai người sửa cùng lúc là mất số.",
    "Hỏi có cho thuê máy quét không. Mình có, báo giá riêng.",
    "Bên đó vừa mở thêm kho thứ hai, muốn gộp tồn trước cuối quý.",
    "Từng mua phần mềm khác, bỏ sau ba tháng vì thủ kho không chịu dùng. Cần nói kỹ phần tập huấn.",
)
MEETINGS = (
    "Xem kho thật: 4 dãy kệ, tem dán tay. Thủ kho thích máy quét, lo phải nhập lại tồn đầu kỳ.",
    "Demo với 50 mã hàng của họ, chạy trơn. Kế toán trưởng hỏi kết nối, giám đốc hỏi bao lâu hoàn vốn.",
    "Chốt phạm vi: một kho trước, chi nhánh để đợt hai. Họ gửi danh mục hàng trong tuần.",
    "Gặp giám đốc, ông quyết nhanh nếu trả được làm hai đợt.",
    "Thương lượng giá, mình giữ giá phần mềm và bớt một buổi tập huấn.",
)
NOTES = (
    "Người quyết là giám đốc, nhưng ai cũng hỏi ý thủ kho trước.",
    "Kiểm kê vào ngày 25 hằng tháng, đừng hẹn tuần đó.",
    "Thích nhắn Zalo hơn nghe máy.",
    "Công ty con của một khách cũ, giá phải khớp với bên mẹ.",
    "Đang dùng thử bên khác tới cuối tháng.",
)
NO_SHOW = ("meeting", "no_show", "Khách bận đột xuất, hẹn lại tuần sau.")
IMPACTS = ("Lệch kho khoảng 2 % mỗi tháng", "Hai người làm cả ngày chỉ để đối chiếu", "Trả hàng vì quá hạn")
WAITING = ("Mỗi tháng mất chừng 40 triệu", "Mùa Tết sẽ quá tải", "Kiểm toán đã nhắc hai lần")
PAGES = ("Bảng giá", "So sánh gói", "Quản lý kho lạnh", "In mã vạch", "Khách hàng nói gì", "Tích hợp kế toán")
PAPERS = ("Sổ tay kiểm kê", "Mẫu quy trình xuất nhập", "Mười lỗi mã vạch")
LOST = ("price", "competitor", "no_budget", "timing", "missing_feature", "no_response")
DROPPED = ("no_response", "poor_fit", "no_need", "invalid_data", "no_budget")
#: Millions of đồng.
AMOUNTS = (60, 95, 130, 180, 210, 240, 320, 380, 450, 610, 720, 860)
#: kind and title of what a rep plans next
STEPS = (
    ("email", "Gửi báo giá"),
    ("call", "Gọi lại, hỏi ngân sách"),
    ("meeting", "Demo tại kho"),
    ("email", "Gửi tài liệu mã vạch"),
    ("call", "Chốt ngày triển khai"),
    ("meeting", "Gặp kế toán trưởng"),
    ("task", "Nạp thử 50 mã hàng của khách"),
    ("call", "Hỏi ý sếp bên khách"),
)
