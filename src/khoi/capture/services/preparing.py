"""The form a new workspace starts with: a request for a price, in both languages, already on the web."""

from datetime import datetime
from typing import Any, Final

from khoi.campaigns.models import Channel, Source
from khoi.capture.models import Form
from khoi.history import services as history
from khoi.history.rules.actors import Actor

FIELDS: Final[list[dict[str, Any]]] = [
    {"code": "name", "required": True},
    {"code": "phone", "required": True},
    {"code": "email", "required": False},
    {"code": "company", "required": False},
    {"code": "employees", "required": False},
    {"code": "message", "required": False},
]
TEXTS: Final[dict[str, dict[str, Any]]] = {
    "vi": {
        "title": "Giá đúng cho đúng việc của bạn",
        "intro": "Cho chúng tôi biết vài điều, một người hiểu ngành của bạn sẽ gọi lại trong {minutes} phút "
        "giờ làm việc, kèm giá cụ thể.",
        "steps": [
            ["Bạn gửi form này", "mất khoảng một phút"],
            ["Chúng tôi gọi lại", "hỏi bạn cần gì, cho bao nhiêu người, đến khi nào"],
            ["Bạn nhận báo giá", "trong ngày, giữ giá 30 ngày"],
        ],
        "button": "Gửi và chờ gọi lại",
        "thanks": "Chúng tôi đã nhận yêu cầu của bạn",
        "consent": "Gọi và gửi email cho tôi về yêu cầu này. Tôi rút lại lúc nào cũng được.",
        "about_data": "Chúng tôi dùng những gì bạn điền ở đây để trả lời yêu cầu này, và chỉ người phụ trách mới xem. "
        "Không bán, không chia cho ai khác. Bạn có quyền xem, sửa, xóa hoặc rút lại đồng ý bất cứ lúc nào: "
        "chỉ cần nói với người gọi cho bạn.",
    },
    "en": {
        "title": "The right price for what you really need",
        "intro": "Tell us a few things. Someone who knows your trade calls back within {minutes} working minutes, "
        "with an actual price.",
        "steps": [
            ["You send this form", "about a minute"],
            ["We call back", "to ask what you need, for how many people, by when"],
            ["You get a quote", "the same day, held for 30 days"],
        ],
        "button": "Send and expect a call",
        "thanks": "We have your request",
        "consent": "Call and email me about this request. I can withdraw at any time.",
        "about_data": "We use what you fill in here to answer this request, and only the people who answer it see it. "
        "It is not sold and not shared. You may see it, correct it, have it deleted or withdraw your consent at any "
        "time: just tell whoever calls you.",
    },
}


def prepare_forms(*, language: str = "vi", by: Actor, now: datetime) -> Form:
    """The first form of a workspace; one that is there already is returned as it is."""
    found: Form | None = Form.objects.order_by("id").first()
    if found is not None:
        return found
    with history.act("prepare_forms", by=by, now=now):
        return Form.objects.create(
            slug="bao-gia",
            name="Xin báo giá" if language == "vi" else "Price request",
            fields=FIELDS,
            texts=TEXTS,
            source=Source.objects.filter(code="web_form").first(),
            channel=Channel.WEBSITE,
            touch_kind="price_request",
            is_live=True,
            consent_changed_at=now,
            created_at=now,
        )
