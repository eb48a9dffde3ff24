"""How leads come in: through the firm's forms, or entered by those who met them or were called."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from khoi.capture import services as capture
from khoi.capture.models import Form
from khoi.capture.rules.asking import BANDS
from khoi.capture.services.forms import TRAP
from khoi.leads.models import Lead
from khoi.lifecycle import services as lifecycle
from khoi.lifecycle.services import Enquiry
from khoi.operations.services.demo import story
from khoi.operations.services.demo.cast import Casting, Persona
from khoi.operations.services.demo.clock import Clock
from khoi.operations.services.demo.forms import BROWSERS, ROBOTS
from khoi.operations.services.demo.founding import Firm
from khoi.operations.services.demo.story import SITE, Door
from khoi.team.rules import PARTNER, REP, Principal


@dataclass(frozen=True, slots=True)
class Tale:
    """One lead, who asked, and through which door."""

    lead: Lead
    who: Persona
    door: Door


class Reception:
    def __init__(self, clock: Clock, casting: Casting, firm: Firm) -> None:
        self.clock, self.random, self.casting, self.firm = clock, clock.random, casting, firm
        self._sent = 0
        self._doors: list[Door] = []

    def arrive(self, moment: datetime) -> Tale:
        """The doors are dealt like cards, so each gets its part of the leads in any year."""
        if not self._doors:
            self._doors = [door for door in story.DOORS for _ in range(door.weight)]
            self.random.shuffle(self._doors)
        return self.receive(self.casting.persona(), self._doors.pop(), moment)

    def receive(self, who: Persona, door: Door, moment: datetime) -> Tale:
        lead = self._by_form(who, door, moment) if door.source in self.firm.forms else self._by_hand(who, door, moment)
        return Tale(lead, who, door)

    def ask_again(self, tale: Tale, moment: datetime) -> Tale:
        """Somebody we know sends the price request, from another phone and with their name in short."""
        door = next(door for door in story.DOORS if door.source == "web_form")
        other = self.casting.persona()
        who = replace(tale.who, full_name=f"{tale.who.you.capitalize()} {tale.who.given_name}", phone=other.phone)
        return self.receive(who, door, moment)

    def expect_robots(self, count: int) -> None:
        """Programs find the forms too; what they write is held, and some of it looks almost human."""
        span = (self.clock.today - self.clock.start).total_seconds()
        for _ in range(count):
            self.clock.at(self.clock.start + timedelta(seconds=span * self.random.random() ** 0.5), self._robot)
        for form in self.firm.forms.values():
            late = self.clock.today - timedelta(hours=self.random.uniform(2, 70))
            self.clock.at(late, lambda t, form=form: self._robot(t, form))  # type: ignore[misc]

    # -- through a form ----------------------------------------------------------------------------------

    def _by_form(self, who: Persona, door: Door, moment: datetime) -> Lead:
        form = self.firm.forms[door.source]
        visit = capture.Visit(
            page=SITE + door.page,
            referrer=self.random.choice(door.referrers),
            utm=self._marks(door),
            shown_at=moment - timedelta(seconds=self.random.randint(25, 400)),
        )
        receipt = capture.submit_form(form, self._answers(who), visit=visit, **self._sender(), now=moment)
        if receipt.lead is None:
            raise RuntimeError(f"a visitor of {door.source} was taken for a robot")
        return receipt.lead

    def _answers(self, who: Persona) -> dict[str, str | bool]:
        """Everything a form might ask; it takes what it wants to know."""
        return {
            "name": who.full_name,
            "phone": who.phone,
            "email": who.email,
            "company": who.company,
            "job_title": who.job_title,
            "employees": max((band for band in BANDS if BANDS[band] <= who.employees), key=BANDS.__getitem__),
            "industry": who.industry,
            "region": who.region,
            "need": self.random.choice(story.NEEDS),
            "message": self.random.choice(story.MESSAGES),
            "consent": True,
            "marketing": self.random.random() < 0.4,
        }

    def _marks(self, door: Door) -> dict[str, str]:
        if not door.medium:
            return {}
        campaign = self.firm.forms[door.source].campaign
        marks = {"utm_source": {"cpc": "google", "email": "ban_tin"}.get(door.medium, "facebook")}
        return marks | {"utm_medium": door.medium, "utm_campaign": campaign.code if campaign else "bai_viet"}

    def _sender(self) -> dict[str, Any]:
        """Addresses of the range kept for examples."""
        self._sent += 1
        return {
            "key": f"demo-{self._sent}",
            "language": "vi",
            "ip": f"203.0.113.{self.random.randint(1, 254)}",
            "user_agent": self.random.choice(BROWSERS),
        }

    def _robot(self, moment: datetime, form: Form | None = None) -> None:
        """Too fast for a human, or caught by the field that no human sees."""
        name, email, message = self.random.choice(ROBOTS)
        is_fast = self.random.random() < 0.35
        payload = {"name": name, "email": email, "phone": "", "message": message, TRAP: "" if is_fast else SITE}
        visit = capture.Visit(page=f"{SITE}/bang-gia", shown_at=moment - timedelta(seconds=1 if is_fast else 9))
        form = form or self.random.choice(list(self.firm.forms.values()))
        capture.submit_form(form, payload, visit=visit, **self._sender(), now=moment)

    # -- entered by a colleague --------------------------------------------------------------------------

    def _by_hand(self, who: Persona, door: Door, moment: datetime) -> Lead:
        """Marketing enters lists and what fairs brought, to be shared out; who answers the phone keeps the lead."""
        bare = door.source == "purchased_list"
        by = self._receiver(door)
        enquiry = Enquiry(
            full_name=who.full_name,
            emails=() if bare and self.random.random() < 0.5 else (who.email,),
            phones=() if bare else (who.phone,),
            job_title=who.job_title,
            company_name=who.company,
            industry=who.industry,
            employees=who.employees,
            region=who.region,
            need="" if bare else self.random.choice(story.NEEDS),
            message="" if bare else self.random.choice(story.MESSAGES),
            source=door.source,
            channel=door.channel,
            campaign="trien_lam_logistics" if door.touch == "event" else "",
            touch_kind=door.touch,
            touch_title="Triển lãm kho vận" if door.touch == "event" else "",
            owner=self.firm.users[by.id or 0] if by.role in (REP, PARTNER) else None,
        )
        return lifecycle.capture_lead(enquiry, by=by, now=moment).lead

    def _receiver(self, door: Door) -> Principal:
        if door.source == "partner" and self.random.random() < story.IS_ENTERED_BY_PARTNER:
            return self.firm.partner
        if door.touch in ("call_in", "chat"):
            return self.random.choice(self.firm.reps)
        return self.firm.host if door.source == "partner" else self.firm.marketer
