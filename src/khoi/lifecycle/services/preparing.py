"""An empty workspace that works from the first minute: sources, pipeline, scorecard, policy, a routing rule, a form."""

from datetime import datetime

from khoi.campaigns.models import Source
from khoi.history import services as history
from khoi.history.rules.actors import Actor
from khoi.pipeline.models import Pipeline, PipelineStage
from khoi.qualification.models import Policy
from khoi.qualification.rules import DEFAULT_POLICY
from khoi.routing.models import RoutingRule
from khoi.scoring.models import Scorecard
from khoi.workspace.models import Workspace

#: code, English, Vietnamese
SOURCES = (
    ("web_form", "web form", "form trên web"),
    ("landing_page", "landing page", "trang đích"),
    ("survey", "survey", "khảo sát"),
    ("webinar", "webinar", "webinar"),
    ("event", "event", "sự kiện"),
    ("trade_fair", "trade fair", "hội chợ"),
    ("purchased_list", "purchased list", "danh sách mua"),
    ("customer_referral", "customer referral", "khách hàng giới thiệu"),
    ("employee_referral", "employee referral", "nhân viên giới thiệu"),
    ("partner", "partner", "đối tác"),
    ("cold_call", "cold call", "gọi chào hàng"),
    ("inbound_call", "inbound call", "khách gọi đến"),
    ("email", "email", "email"),
    ("newsletter", "newsletter", "bản tin"),
    ("download", "download", "tải tài liệu"),
    ("organic_search", "organic search", "tìm kiếm tự nhiên"),
    ("direct", "direct", "vào thẳng web"),
    ("social", "social", "mạng xã hội"),
    ("zalo", "zalo", "Zalo"),
    ("ads", "ads", "quảng cáo"),
    ("chat", "chat", "chat"),
    ("walk_in", "walk-in", "khách ghé"),
    ("import", "import", "nhập tệp"),
    ("api", "API", "API"),
    ("other", "other", "khác"),
)

_AMOUNT = {"field": "amount", "op": "is_not_empty"}
_CLOSE = {"field": "close_on", "op": "is_not_empty"}
_NEED = {"field": "need", "op": "is_not_empty"}
_DECIDER = {"field": "decision_maker", "op": "is_not_empty"}

#: code, English, Vietnamese, percent, kind, forecast category, gate, days after which a deal stands still
STAGES: tuple[tuple[str, str, str, int, str, str, dict[str, object], int | None], ...] = (
    ("prospecting", "Prospecting", "Thăm dò", 10, "open", "pipeline", {}, 14),
    ("contact", "Contact", "Liên hệ", 15, "open", "pipeline", {}, 14),
    ("qualification", "Qualification", "Xác nhận", 20, "open", "pipeline", {"all": [_NEED]}, 14),
    ("needs_analysis", "Needs analysis", "Phân tích", 35, "open", "pipeline", {"all": [_NEED, _CLOSE]}, 14),
    ("proposal", "Proposal", "Đề xuất", 50, "open", "best_case", {"all": [_AMOUNT, _CLOSE, _DECIDER]}, 21),
    ("negotiation", "Negotiation", "Đàm phán", 80, "open", "commit", {"all": [_AMOUNT, _CLOSE, _DECIDER]}, 21),
    ("closed_won", "Won", "Chốt", 100, "won", "closed", {"all": [_AMOUNT]}, None),
    ("closed_lost", "Lost", "Mất", 0, "lost", "omitted", {}, None),
)


def _touch(rule: str, kind: str, points: int, cap: int | None, en: str, vi: str) -> dict[str, object]:
    return {
        "id": rule,
        "axis": "engagement",
        "touch_kind": kind,
        "points": points,
        "cap": cap,
        "name": en,
        "name_vi": vi,
    }


def _fit(rule: str, points: int, condition: dict[str, object], en: str, vi: str) -> dict[str, object]:
    return {"id": rule, "axis": "fit", "points": points, "condition": condition, "name": en, "name_vi": vi}


SCORECARD: list[dict[str, object]] = [
    _touch("asked_price", "price_request", 30, 40, "Asked for a price", "Hỏi giá"),
    _touch("asked_demo", "demo_request", 30, 40, "Asked for a demo", "Xin xem demo"),
    _touch("called_us", "call_in", 25, 40, "Called us", "Gọi cho mình"),
    _touch("replied", "email_reply", 20, 40, "Replied to an email", "Trả lời email"),
    _touch("sent_form", "form", 15, 30, "Sent a form", "Gửi form"),
    _touch("webinar", "webinar", 15, 30, "Attended a webinar", "Dự webinar"),
    _touch("met", "event", 15, 30, "Met at an event", "Gặp ở sự kiện"),
    _touch("chatted", "chat", 10, 20, "Wrote in chat", "Nhắn chat"),
    _touch("downloaded", "download", 8, 16, "Downloaded", "Tải tài liệu"),
    _touch("saw_pricing", "pricing_view", 6, 18, "Viewed pricing", "Xem bảng giá"),
    _touch("clicked", "email_click", 3, 9, "Clicked in an email", "Bấm trong email"),
    _touch("saw_page", "page_view", 1, 5, "Viewed a page", "Xem trang"),
    _touch("unsubscribed", "unsubscribe", -25, None, "Unsubscribed", "Hủy nhận tin"),
    _fit("company", 10, {"field": "has_company", "op": "eq", "value": True}, "Company known", "Biết công ty"),
    _fit("size", 15, {"field": "employees", "op": "gte", "value": 20}, "20 employees or more", "Từ 20 nhân viên"),
    _fit("large", 5, {"field": "employees", "op": "gte", "value": 100}, "100 employees or more", "Từ 100 nhân viên"),
    _fit("industry", 10, {"field": "industry", "op": "is_not_empty"}, "Industry known", "Biết ngành"),
    _fit("reach", 5, {"field": "has_reach", "op": "eq", "value": True}, "Can be reached", "Liên lạc được"),
    _fit("title", 5, {"field": "job_title", "op": "is_not_empty"}, "Job title known", "Biết chức danh"),
]
GRADES = {"A": 40, "B": 25, "C": 10, "D": 0}


def prepare_workspace(
    *,
    name: str,
    language: str = "vi",
    time_zone: str = "Asia/Ho_Chi_Minh",
    currency: str = "VND",
    is_demo: bool = False,
    by: Actor,
    now: datetime,
) -> Workspace:
    """Everything a new workspace needs but people; a workspace that exists is returned as it is."""
    if (found := Workspace.objects.filter(pk=1).first()) is not None:
        return found
    with history.act("prepare_workspace", by=by, now=now, why={history.SHAPE: history.shape()}):
        workspace = Workspace.objects.create(
            pk=1,
            name=name,
            language=language,
            time_zone=time_zone,
            currency=currency,
            is_demo=is_demo,
            created_at=now,
        )
        Source.objects.bulk_create([Source(code=code, name=en, name_vi=vi, created_at=now) for code, en, vi in SOURCES])
        _pipeline()
        Scorecard.objects.create(
            name="Default", version=1, half_life_days=30, rules=SCORECARD, grades=GRADES, published_at=now
        )
        Policy.objects.create(name="Default", version=1, criteria=DEFAULT_POLICY, published_at=now)
        RoutingRule.objects.create(name="Everyone in turn" if language == "en" else "Chia đều", position=1)
    return workspace


def _pipeline() -> None:
    pipeline = Pipeline.objects.create(code="sales", name="Sales", name_vi="Bán hàng")
    PipelineStage.objects.bulk_create(
        [
            PipelineStage(
                pipeline=pipeline,
                code=code,
                name=en,
                name_vi=vi,
                position=position,
                probability=percent,
                kind=kind,
                forecast_category=category,
                gate=gate,
                rot_days=rot,
            )
            for position, (code, en, vi, percent, kind, category, gate, rot) in enumerate(STAGES, start=1)
        ]
    )
