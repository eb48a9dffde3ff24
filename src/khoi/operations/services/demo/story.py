"""How the two years go: where leads come from, how far they get, what is said on the way."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Door:
    """One source. ``weight``: its part of all leads; ``quality`` multiplies the chance to pass each gate;
    ``month_cost`` in đồng."""

    source: str
    channel: str
    touch: str
    weight: int
    quality: float
    month_cost: int = 0


DOORS = (
    Door("web_form", "website", "price_request", 15, 1.1),
    Door("organic_search", "website", "form", 15, 0.95),
    Door("landing_page", "ads", "form", 10, 0.8, 9_000_000),
    Door("webinar", "website", "webinar", 11, 1.05, 6_000_000),
    Door("trade_fair", "in_person", "event", 8, 0.9, 14_000_000),
    Door("customer_referral", "phone", "call_in", 6, 1.7, 2_000_000),
    Door("partner", "partner", "demo_request", 6, 1.4, 4_000_000),
    Door("social", "facebook", "form", 10, 0.6, 5_000_000),
    Door("zalo", "zalo", "chat", 7, 0.9, 1_500_000),
    Door("ads", "ads", "download", 8, 0.45, 16_000_000),
    Door("inbound_call", "phone", "call_in", 4, 1.4),
    Door("purchased_list", "file", "", 4, 0.2, 3_000_000),
)

#: The chance to go from each step to the next. The leak is SAL → SQL: nobody asks for the budget.
REACHES_MQL = 0.72
IS_ACCEPTED = 0.9
BECOMES_SQL = 0.57
IS_CONVERTED = 0.93
IS_WON = 0.3

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
)
IMPACTS = ("Lệch kho khoảng 2 % mỗi tháng", "Hai người làm cả ngày chỉ để đối chiếu", "Trả hàng vì quá hạn")
WAITING = ("Mỗi tháng mất chừng 40 triệu", "Mùa Tết sẽ quá tải", "Kiểm toán đã nhắc hai lần")
PAGES = ("Bảng giá", "So sánh gói", "Quản lý kho lạnh", "In mã vạch", "Khách hàng nói gì", "Tích hợp kế toán")
PAPERS = ("Sổ tay kiểm kê", "Mẫu quy trình xuất nhập", "Mười lỗi mã vạch")
LOST = ("price", "competitor", "no_budget", "timing", "missing_feature", "no_response")
DROPPED = ("no_response", "poor_fit", "no_need", "invalid_data", "no_budget")
STEPS = ("Gửi báo giá", "Gọi lại", "Demo tại kho", "Gửi tài liệu mã vạch", "Chốt ngày triển khai", "Gặp kế toán trưởng")
