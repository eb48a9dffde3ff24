"""The fields an imported column can fill, and what kind of value each holds."""

from dataclasses import dataclass

from khoi.leads.rules import EXITS, REASONS, STAGES, WORK_STATUSES

LEAD = "lead"
OPPORTUNITY = "opportunity"
ACCOUNT = "account"
PERSON = "person"
#: One row for each stage a deal entered, in a file of its own.
STAGE_MOVE = "stage_move"
#: Whom the deals of other files belong to, and what they sell: rows that only explain names.
USER = "user"
PRODUCT = "product"
#: In this order the files of one move-in are taken: whatever a row may point at stands before it.
ORDER = (USER, PRODUCT, ACCOUNT, PERSON, LEAD, OPPORTUNITY, STAGE_MOVE)
#: What a row may point at by the number it has in the other system.
LINKS = (ACCOUNT, PERSON, LEAD, OPPORTUNITY, "parent")

#: Columns we add to the file of rejected rows. They are not read back, so the file can be mended and imported.
REJECTED_COLUMNS = ("khoi: line", "khoi: reason")

#: As campaigns has them; a test compares the two.
CHANNELS = (
    *("website", "email", "phone", "sms", "zalo", "facebook", "social", "ads", "media", "post", "shop", "in_person"),
    *("partner", "file"),
)


@dataclass(frozen=True, slots=True)
class Field:
    """``kind``: ``text``, ``long`` (of several lines), ``email``, ``phone``, ``moment`` (aware, UTC), ``day``,
    ``money``, ``currency``, ``whole`` (a number of things), ``yes`` (true, or nothing) or ``choice``. ``length`` in
    characters."""

    kind: str = "text"
    length: int = 200
    choices: tuple[str, ...] = ()


_PERSON = {
    "person_name": Field(),
    "family_name": Field(),
    "middle_name": Field(),
    "given_name": Field(),
    "job_title": Field(),
    "email": Field("email", 254),
    "phone": Field("phone", 40),
    "mobile": Field("phone", 40),
    "company": Field(),
}
#: Whether the other system had thrown the row away, and whether its person wants no mail.
_MARKS = {"is_deleted": Field("yes"), "opted_out": Field("yes")}
_ORIGIN = {
    "source": Field(length=120),
    "channel": Field("choice", choices=CHANNELS),
    "campaign": Field(length=120),
}

FIELDS: dict[str, dict[str, Field]] = {
    LEAD: {
        **_PERSON,
        **_ORIGIN,
        "industry": Field(length=80),
        "employees": Field("whole"),
        "region": Field(length=80),
        "need": Field(),
        "note": Field("long", 20_000),
        "landing_page": Field(length=500),
        "referrer": Field(length=500),
        "owner": Field(),
        "arrived_at": Field("moment"),
        "stage": Field("choice", choices=(*STAGES, *EXITS)),
        "stage_at": Field("moment"),
        "converted_at": Field("moment"),
        "is_converted": Field("yes"),
        "work_status": Field("choice", choices=WORK_STATUSES),
        "lost_reason": Field("choice", choices=REASONS),
        "changed_at": Field("moment"),
        **_MARKS,
    },
    OPPORTUNITY: {
        **_PERSON,
        **_ORIGIN,
        "name": Field(),
        "need": Field("long", 20_000),
        "note": Field("long", 20_000),
        "amount": Field("money"),
        "currency": Field("currency", 3),
        "decision_maker": Field(),
        "owner": Field(),
        "pipeline_stage": Field(length=120),
        "opened_at": Field("moment"),
        "won_at": Field("moment"),
        "lost_at": Field("moment"),
        "close_on": Field("day"),
        "lost_reason": Field("choice", choices=REASONS),
        "product": Field(),
        "stage_at": Field("moment"),
        "closed_at": Field("moment"),
        "changed_at": Field("moment"),
        **_MARKS,
    },
    ACCOUNT: {
        "company": Field(),
        "industry": Field(length=80),
        "employees": Field("whole"),
        "annual_revenue": Field("money"),
        "currency": Field("currency", 3),
        "region": Field(length=80),
        "website": Field(),
        "telephone": Field(length=40),
        "tax_code": Field(length=20),
        "owner": Field(),
        "arrived_at": Field("moment"),
        **_MARKS,
    },
    PERSON: {
        **_PERSON,
        "note": Field("long", 20_000),
        "arrived_at": Field("moment"),
        **_MARKS,
    },
    STAGE_MOVE: {"pipeline_stage": Field(length=120), "stage_at": Field("moment"), **_MARKS},
    USER: {"person_name": Field(), "email": Field("email", 254)},
    PRODUCT: {"product": Field()},
}

NAME_PARTS = ("family_name", "middle_name", "given_name")
IDENTITY = ("person_name", "email", "phone", "company")
#: What a row is about → the fields of which it has to fill one.
KNOWN_BY: dict[str, tuple[str, ...]] = {
    LEAD: (*IDENTITY, "mobile"),
    OPPORTUNITY: (*IDENTITY, "mobile", "name"),
    ACCOUNT: ("company",),
    PERSON: ("person_name", "email", "phone", "mobile"),
    STAGE_MOVE: ("pipeline_stage",),
    USER: ("person_name", "email"),
    PRODUCT: ("product",),
}

#: What a row may say about a lead or an opportunity.
STATES = {LEAD: (*STAGES, *EXITS, "converted"), OPPORTUNITY: ("open", "won", "lost")}
