"""Invented people and companies: names are drawn from parts, nobody real is meant, every address ends in .example."""

from dataclasses import dataclass, replace
from random import Random

from khoi.kit.fold import fold

#: full name, role, team, visibility. The partner's leads are looked after by the manager of their team.
USERS = (
    ("Trịnh Hải Yến", "admin", "Hà Nội", "all"),
    ("Lê Quốc Bình", "manager", "Hà Nội", "team"),
    ("Trần Thu An", "rep", "Hà Nội", "team"),
    ("Phạm Minh Đức", "rep", "Hà Nội", "team"),
    ("Nguyễn Khánh Vân", "rep", "Hà Nội", "team"),
    ("Võ Thanh Tùng", "manager", "Sài Gòn", "team"),
    ("Đặng Tiến Dũng", "rep", "Sài Gòn", "team"),
    ("Huỳnh Bảo Châu", "rep", "Sài Gòn", "team"),
    ("Bùi Gia Huy", "rep", "Sài Gòn", "team"),
    ("Đỗ Linh Chi", "marketer", "Marketing", "all"),
    ("Phan Nhật Minh", "partner", "Sài Gòn", "own"),
    ("Hoàng Kim Ngân", "read_only", "Marketing", "all"),
)

_FAMILIES = (
    "Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Đinh Trịnh Mai Tô Hà Cao Lương Tạ".split()
)
_MIDDLES_F = "Thị,Thị Thu,Ngọc,Thanh,Thị Mai,Thùy,Bích,Kim,Phương,Hoài,Diệu,Khánh,Thị Ánh".split(",")
_MIDDLES_M = "Văn,Hữu,Đức,Minh,Quang,Xuân,Công,Tuấn,Thế,Gia,Quốc,Hoàng,Khắc".split(",")
_GIVEN_F = "Hoa Lan Mai Hạnh Loan Nguyệt Quỳnh Trang Thảo Uyên Vy Yến Nga Hiền Duyên Oanh Ngân Trâm Thư Chi".split()
_GIVEN_M = "Hùng Dũng Thịnh Phước Sáng Vinh Khoa Long Nam Phong Quân Sơn Tâm Toàn Trung Tú Việt Hạ Bách Kiên".split()

#: what a company makes → its industry
_TRADES = {
    "Bao bì": "Bao bì", "Dệt may": "Dệt may", "Cơ khí": "Cơ khí", "Thực phẩm": "Thực phẩm", "Dược phẩm": "Dược phẩm",
    "Nội thất": "Nội thất", "Gốm": "Gốm sứ", "Trà": "Thực phẩm", "Cà phê": "Thực phẩm", "Vận tải": "Vận tải",
    "Xây dựng": "Xây dựng", "Nhựa": "Nhựa", "Thủy sản": "Thủy sản", "Giấy": "Giấy", "In ấn": "In ấn",
    "Điện máy": "Bán lẻ", "Phân phối": "Phân phối", "Gạo": "Thực phẩm", "Đồ gỗ": "Nội thất", "Mỹ phẩm": "Mỹ phẩm",
    "Nông sản": "Nông nghiệp", "Bán lẻ": "Bán lẻ", "Kho vận": "Vận tải", "Da giày": "Da giày", "Bánh kẹo": "Thực phẩm",
}  # fmt: skip
_POETIC = (
    "Lá Sen,Mây Trắng,Sông Ngân,Đồi Sim,Cầu Mây,Bến Lụa,Cồn Én,Trăng Non,Giấy Dó,Hương Bãi,Đá Cuội,Lúa Trời,Mộc Khê,"
    "Núi Xa,Hạt Nắng,Thanh Tuyền,Mận Trắng,Bàu Sen,Sông Đào,Gió Nồm,Bãi Dâu,Cỏ May,Suối Khoai,Trúc Lâm Xanh,Vườn Ổi,"
    "Đầm Sương,Hoa Gạo,Khói Bếp,Lạch Trong,Mái Ngói,Nắng Hanh,Ô Rô,Phên Giậu,Rạch Dừa,Sao Hôm,Tre Đằng,Ụ Đất,Vàm Cát,"
    "Xóm Lưới,Yên Hoa"
).split(",")
_FORMS = ("", "", "", "Công ty TNHH ", "Công ty Cổ phần ")
_TITLES = (
    "Giám đốc", "Phó giám đốc", "Trưởng phòng kho vận", "Trưởng phòng mua hàng", "Kế toán trưởng", "Quản lý kho",
    "Trưởng phòng IT", "Chủ doanh nghiệp", "Trợ lý giám đốc", "Nhân viên kho",
)  # fmt: skip
REGIONS = ("Hà Nội", "TP. Hồ Chí Minh", "Đà Nẵng", "Hải Phòng", "Cần Thơ", "Đồng Nai", "Bắc Ninh", "Nghệ An")


@dataclass(frozen=True, slots=True)
class Persona:
    """Somebody who might ask for warehouse software. ``you``: how they are addressed, anh or chị."""

    full_name: str
    you: str
    email: str
    phone: str
    job_title: str
    company: str
    industry: str
    employees: int
    region: str

    @property
    def given_name(self) -> str:
        return self.full_name.split()[-1]


class Casting:
    """Hands out people who do not repeat; the same seed gives the same people."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._companies = [(trade, poetic) for trade in _TRADES for poetic in _POETIC]
        random.shuffle(self._companies)
        self._count = 0

    def persona(self) -> Persona:
        draw, number = self._random, self._count
        self._count += 1
        trade, poetic = self._companies[number % len(self._companies)]
        name, you = self._name()
        domain = fold(poetic).replace(" ", "") + "-" + fold(trade).replace(" ", "")
        return Persona(
            full_name=name,
            you=you,
            email=f"{fold(name.split()[-1])}{number}@{domain}.example",
            phone=f"0901 {number // 1000:03d} {number % 1000:03d}",
            job_title=draw.choice(_TITLES),
            company=f"{draw.choice(_FORMS)}{trade} {poetic}",
            industry=_TRADES[trade],
            employees=draw.choice((6, 12, 18, 25, 40, 60, 80, 120, 180, 250, 400)),
            region=draw.choice(REGIONS),
        )

    def colleague(self, of: Persona) -> Persona:
        """Somebody else of the same firm, with an address of their own."""
        other = self.persona()
        domain = of.email.partition("@")[2]
        return replace(
            of,
            full_name=other.full_name,
            you=other.you,
            email=f"{other.email.partition('@')[0]}@{domain}",
            phone=other.phone,
            job_title=other.job_title,
        )

    def _name(self) -> tuple[str, str]:
        draw = self._random
        if draw.random() < 0.5:
            return f"{draw.choice(_FAMILIES)} {draw.choice(_MIDDLES_F)} {draw.choice(_GIVEN_F)}", "chị"
        return f"{draw.choice(_FAMILIES)} {draw.choice(_MIDDLES_M)} {draw.choice(_GIVEN_M)}", "anh"
