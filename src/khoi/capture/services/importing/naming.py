"""Names in a file: sources and campaigns are found or made, owners are found."""

from datetime import datetime

from khoi.campaigns.models import Campaign, Source
from khoi.capture.rules.importing import code_for, plain
from khoi.kit.db.asking import every
from khoi.team.models import User


class Names:
    """Every name is looked up once per file."""

    def __init__(self, *, now: datetime) -> None:
        self.now = now
        self.sources: dict[str, Source] = {}
        for source in reversed(every(Source)):
            for name in (source.name_vi, source.name, source.code):
                if name:
                    self.sources[plain(name)] = source
        self.campaigns: dict[str, Campaign] = {}
        for campaign in reversed(every(Campaign)):
            self.campaigns |= {plain(campaign.name): campaign, plain(campaign.code): campaign}
        self.users = _users()

    def source(self, name: str) -> Source | None:
        """The source of that name; the file's own wording becomes a new one. An empty name is none."""
        if not name:
            return None
        known = self.sources.get(plain(name))
        if known is None:
            code = code_for(name, (each.code for each in self.sources.values()), empty="source")
            known = Source.objects.create(code=code, name=name[:120], created_at=self.now)
            self.sources[plain(name)] = known
        return known

    def campaign(self, name: str, channel: str) -> Campaign | None:
        if not name:
            return None
        known = self.campaigns.get(plain(name))
        if known is None:
            code = code_for(name, (each.code for each in self.campaigns.values()), empty="campaign")
            known = Campaign.objects.create(code=code, name=name[:160], channel=channel, created_at=self.now)
            self.campaigns[plain(name)] = known
        return known

    def owner(self, name: str) -> User | None:
        """The active user with that email address or full name; two of one name are nobody."""
        return self.users.get(name.strip().casefold()) or self.users.get(plain(name))


def _users() -> dict[str, User | None]:
    found: dict[str, User | None] = {}
    for user in (user for user in every(User) if user.is_active):
        name = plain(user.full_name)
        if name:
            found[name] = None if name in found else user
        found[user.email.casefold()] = user
    return found
