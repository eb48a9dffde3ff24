"""What is written between the firm and those who ask: the first line of each letter is its subject.

``{you}``: how the customer is addressed and speaks of themself (anh, chị), ``{You}`` the same at the beginning of a
sentence; ``{name}`` their given name, ``{me}`` the rep's, ``{company}``, ``{need}``, ``{amount}``, ``{day}``.
"""

from collections.abc import Mapping
from random import Random
from typing import Final

#: occasion → letters; the firm writes to the customer.
SENT: Final[Mapping[str, tuple[str, ...]]] = {
    "hello": (
        """Yêu cầu của {you} {name} gửi Bến Mây
Em là {me} bên Bến Mây. Em vừa gọi mà chưa gặp được {you}.
Chuyện “{need}” bên em làm nhiều rồi, {you} cho em xin mười phút, chiều nay hoặc sáng mai đều được ạ.""",
        """Em {me}, Bến Mây: mình nói chuyện lúc nào tiện?
Cảm ơn {you} đã để lại lời nhắn. Em phụ trách {company} từ hôm nay.
Để khỏi làm phiền, {you} trả lời giúp em một giờ tiện nghe máy là đủ.""",
        """Phần mềm kho cho {company}
Em đọc yêu cầu của {you} rồi. Trước khi báo giá em muốn hỏi ba câu: kho có mấy người dùng, bao nhiêu mã hàng, \
đang quản bằng gì.
{You} trả lời thẳng vào thư này cũng được ạ.""",
    ),
    "papers": (
        """Tài liệu: {need}
Như vừa trao đổi, em gửi {you} tài liệu kèm theo. {You} xem giúp em trang 3, đúng trường hợp của bên mình.
Em gọi lại {day} để nghe ý kiến của {you}.""",
        """Gửi {you} {name} tài liệu đã hẹn
Em gửi kèm bản giới thiệu. Bên em có hai khách cùng ngành với {company}, {you} muốn ghé kho họ xem thì em hẹn.""",
        """Tóm tắt cuộc gọi hôm nay
Em ghi lại để mình khỏi quên:
- Việc cần nhất: {need}
- Đang làm bằng bảng tính, hai người nhập tay
- Muốn xem thử trước khi bàn giá
Em thiếu ý nào {you} bổ sung giúp em nhé.""",
    ),
    "demo": (
        """Hẹn xem phần mềm {day}
Em xin phép sang {company} {day}, lúc 9 giờ, mang theo máy in tem và một máy quét.
{You} rủ giúp em anh chị thủ kho, xem chừng bốn mươi phút ạ.""",
        """Buổi demo cho {company}
Em nạp thử 50 mã hàng {you} gửi vào bản demo rồi. {You} xem trực tuyến {day} được không ạ, em gửi đường dẫn trước.""",
    ),
    "answer": (
        """Trả lời câu hỏi của {you} {name}
Dạ được ạ. Dữ liệu lấy ra lúc nào cũng được, file Excel hoặc qua API, không mất phí.
Máy quét cũ bên mình dùng tiếp được, em thử với đúng đời máy đó rồi.""",
        """Về kết nối phần mềm kế toán
Em hỏi lại kỹ thuật rồi: phiếu xuất nhập đẩy sang kế toán mỗi 15 phút, sai lệch hiện ngay trên màn hình.
Phần này nằm trong giá, không tính thêm.""",
    ),
    "quote": (
        """Báo giá cho {company}
Em gửi {you} báo giá kèm theo: {amount}, gồm phần mềm năm đầu, cài đặt tại kho và hai buổi tập huấn.
Giá giữ 30 ngày. Chỗ nào {you} muốn bớt hay thêm, em làm lại bản khác ngay.""",
        """Báo giá và lịch triển khai
Kèm đây là báo giá {amount} và lịch bốn tuần. Tuần đầu chỉ nạp mã hàng, kho vẫn chạy bình thường.
{You} xem rồi mình nói chuyện {day} ạ.""",
    ),
    "contract": (
        """Hợp đồng bản nháp
Em gửi bản nháp theo đúng những gì đã thống nhất: {amount}, trả hai đợt, đợt hai sau nghiệm thu.
{You} chuyển pháp chế giúp em, có sửa gì em cập nhật trong ngày.""",
        """Sửa điều 5 và điều 8 theo ý {you}
Em đã sửa thời hạn bảo hành lên 18 tháng và bỏ mục phạt chậm. Mong chốt được với {you} {day}.""",
    ),
    "reminder": (
        """Em nhắc nhẹ {you} {name}
Em chưa thấy {you} hồi âm, chắc bên mình đang bận. Không gấp thì {you} cho em biết tháng nào hợp, em gọi lại.""",
        """{company} còn cần phần mềm kho không ạ?
Em hỏi thật để khỏi làm phiền: mình vẫn xem tiếp, hay để sang quý sau? {You} trả lời một chữ thôi cũng được.""",
    ),
    "return": (
        """Đến hẹn em viết cho {you}
Lần trước {you} bảo em quay lại sau. Bản mới có đếm kho bằng điện thoại, đúng việc {you} từng hỏi.
{You} rảnh xem lại hai mươi phút tuần này không ạ?""",
        """Chuyện kho bên mình đến đâu rồi, {you} {name}?
Em nhớ bên mình hẹn khi có ngân sách mới. Em gửi lại bảng giá năm nay, có gói nhỏ hơn trước.""",
    ),
    "welcome": (
        """Cảm ơn {company}
Bến Mây cảm ơn {you} đã tin. Sáng {day} bạn triển khai sang kho, em vẫn là người {you} gọi khi có việc.""",
    ),
}

#: occasion → letters; the customer writes to the firm.
RECEIVED: Final[Mapping[str, tuple[str, ...]]] = {
    "hello": (
        """Re: Yêu cầu gửi Bến Mây
{You} họp đến 3 giờ, em gọi sau đó nhé. Bên {you} cần nhất là {need}.""",
        """Re: Phần mềm kho
Kho {you} có 6 người dùng, khoảng 2.400 mã, đang dùng Excel trên máy chung. Em báo giúp giá khoảng nào rồi nói tiếp.""",
        """Re: mình nói chuyện lúc nào tiện?
Sáng mai từ 9 giờ được em. Gọi số di động, đừng gọi tổng đài.""",
    ),
    "papers": (
        """Re: Tài liệu
{You} xem rồi, phần kiểm kê hay đấy. Cho {you} hỏi: mất mạng thì máy quét có chạy tiếp không?""",
        """Re: Tài liệu đã hẹn
Cảm ơn em. {You} chuyển cho thủ kho đọc, cuối tuần trả lời.""",
        """Re: Tóm tắt cuộc gọi
Đúng rồi em. Thêm giúp {you}: phải theo được hạn dùng từng lô.""",
        """Fwd: Tài liệu Bến Mây
{You} đưa cả kế toán trưởng vào thư này. Chị ấy hỏi số liệu có đẩy sang phần mềm kế toán được không.""",
    ),
    "demo": (
        """Re: Hẹn xem phần mềm
Được em, {you} báo bảo vệ rồi. Đến cổng số 2, hỏi {name}.""",
        """Re: Buổi demo
Dời giúp {you} sang buổi chiều, sáng kho nhập hàng. Sếp cũng muốn xem.""",
    ),
    "quote": (
        """Re: Báo giá
{You} nhận được rồi. Sếp hỏi trả làm ba đợt được không, và bớt phần tập huấn thì còn bao nhiêu.""",
        """Re: Báo giá
Bên khác báo thấp hơn em khoảng 15 %. Nhưng họ không làm được lô với hạn dùng. Em xem lại giá giúp {you}.""",
        """Re: Báo giá và lịch triển khai
Giá này trong khoảng {you} xin được. Lịch phải xong trước kỳ kiểm kê nhé.""",
    ),
    "contract": (
        """Re: Hợp đồng bản nháp
Pháp chế sửa hai chỗ, {you} đánh dấu trong file. Còn lại ổn.""",
        """Re: Hợp đồng
Sếp ký chiều nay. Em cho {you} thông tin xuất hóa đơn.""",
    ),
    "return": (
        """Re: Đến hẹn
Đúng lúc lắm em. Quý này bên {you} có tiền rồi, em gửi lại giá cho 8 người dùng nhé.""",
        """Re: Chuyện kho bên mình
{You} vẫn nhớ. Sếp mới muốn xem lại từ đầu, em qua được thì tốt.""",
    ),
    "no_budget": (
        """Về phần mềm kho
Bên {you} thích, nhưng năm nay chưa có khoản nào cho việc này, {you} chưa dám trình. Em để {you} hỏi lại đã.""",
        """Re: Tài liệu
Nói thật với em là {you} chưa biết xin bao nhiêu, mà cũng chưa ai hỏi {you} chuyện tiền. Để sau Tết bàn.""",
    ),
    "regret": (
        """Cảm ơn em, hẹn dịp khác
Bên {you} họp xong, lần này chưa làm cùng Bến Mây được. Không phải tại em, {you} giữ liên lạc.""",
        """Kết quả xét chọn
{You} báo em biết sớm: hội đồng chọn phương án khác. Cảm ơn em đã theo sát mấy tuần qua.""",
    ),
}

_GREETINGS: Final = ("Chào {you} {name},", "Kính gửi {you} {name},", "Dạ em chào {you} {name},")
_FAREWELLS: Final = ("Em cảm ơn {you}.", "Trân trọng,", "Em chờ tin {you}.")
_BACK: Final = ("Chào {me},", "{me} ơi,", "Gửi {me},")
_SIGNED: Final = ("{name}", "{name}\n{company}", "Gửi từ điện thoại của {you} {name}")


def letter(occasion: str, words: Mapping[str, str], random: Random, *, received: bool = False) -> str:
    """Subject, an empty line, and the text, addressed and signed. ``words``: you, name, me, company, need, …"""
    said = random.choice((RECEIVED if received else SENT)[occasion])
    subject, _, text = said.partition("\n")
    opening = random.choice(_BACK if received else _GREETINGS)
    ending = random.choice(_SIGNED) if received else f"{random.choice(_FAREWELLS)}\n{{me}} · Bến Mây"
    whole = f"{subject}\n\n{opening}\n{text}\n\n{ending}"
    return whole.format_map({**words, "You": words["you"].capitalize()})


def quote(*, company: str, contact: str, need: str, amount: str, day: str) -> str:
    """The paper that goes with a quote, as the text file it is kept as."""
    return f"""BẾN MÂY · BÁO GIÁ

Ngày {day}
Kính gửi: {contact}, {company}

Việc cần làm: {need}

1. Phần mềm quản lý kho Bến Mây, năm đầu
2. Cài đặt tại kho, nạp mã hàng và tồn đầu kỳ
3. Hai buổi tập huấn cho thủ kho

Tổng cộng, chưa gồm thuế: {amount}
Thanh toán hai đợt: 60 % khi ký, 40 % sau nghiệm thu.
Báo giá có giá trị trong 30 ngày.
"""


BROCHURE: Final = """BẾN MÂY · PHẦN MỀM KHO CHO DOANH NGHIỆP VỪA

1. Nhập, xuất, chuyển kho bằng mã vạch, điện thoại hoặc máy quét
2. Lô, hạn dùng, vị trí kệ
3. Kiểm kê từng phần, kho không phải đóng cửa
4. Báo cáo tồn theo ngày, nối với phần mềm kế toán

Triển khai trong bốn tuần: nạp mã hàng, tồn đầu kỳ, tập huấn, chạy song song.
"""
