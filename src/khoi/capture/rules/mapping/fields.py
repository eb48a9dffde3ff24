"""The fields an imported column can fill, and what kind of value each holds."""

from dataclasses import dataclass

from khoi.leads.rules import EXITS, REASONS, STAGES

LEAD = "lead"
OPPORTUNITY = "opportunity"

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
    ``money``, ``currency``, ``whole`` (a number of things) or ``choice``. ``length`` in characters."""

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
    "company": Field(),
}
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
    },
}

NAME_PARTS = ("family_name", "middle_name", "given_name")
IDENTITY = ("person_name", "email", "phone", "company")

#: What a row may say about a lead or an opportunity.
STATES = {LEAD: (*STAGES, *EXITS, "converted"), OPPORTUNITY: ("open", "won", "lost")}
