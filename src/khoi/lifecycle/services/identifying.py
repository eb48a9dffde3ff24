"""What people are recognised by, whom they may be the same as, and what finds them. All of it can be rebuilt."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Final

from django.db.models import Q

from khoi.accounts.models import Account, Contact
from khoi.accounts.rules import name_key as company_key
from khoi.history.models import Act, Change, code_of
from khoi.history.queries.lives import chunks
from khoi.history.services import Touched
from khoi.kit.db.asking import ask, records
from khoi.kit.db.writing import insert_rows, insert_values, update_rows
from khoi.kit.fold import words
from khoi.kit.names import name_key
from khoi.leads.models import Lead
from khoi.people.models import ContactPoint, Person, PossibleDuplicate
from khoi.people.models import MatchKey as StoredKey
from khoi.people.queries import count_holders, having, is_crowd, likenesses
from khoi.people.rules.likeness import CROWD, identity_keys
from khoi.people.rules.matching import MatchKey

#: (person, key)
Held = tuple[int, MatchKey]

#: Columns of a lead that say who somebody is.
TELLING: Final = frozenset({"company_name", "region", "account_id", "person_id", "claims"})

_CHANGES = "select subject_id, op, before, personal from history_change where act_id in ({ids}) and tbl = %s"
_KNOWN_AS = (
    "select id, full_name, search, merged_into_id, erased_at from people_person "
    "where id in ({ids}) or merged_into_id in ({ids}) order by id"
)
_POINTS = "select * from people_contact_point where absorbed_into_id is null and person_id in ({ids}) order by id"
_ENQUIRIES = (
    "select l.person_id, l.company_name, l.region, a.name_key, l.claims from leads_lead l "
    "left join accounts_account a on a.id = l.account_id "
    "where l.person_id in ({ids}) and (l.company_name <> '' or l.region <> '' or l.account_id is not null)"
)
_WORK = (
    "select c.person_id, a.name_key from accounts_contact c join accounts_account a on a.id = c.account_id "
    "where c.person_id in ({ids}) and c.absorbed_into_id is null"
)
_KEYS = "select id, person_id, kind, value from people_match_key where person_id in ({ids})"
_PAIRS = "select * from people_possible_duplicate where first_id in ({ids}) or second_id in ({ids})"


def people_moved(act: Act, touched: Touched) -> set[int]:
    """People of whom a lead, contact or account now says that they work or live elsewhere."""
    people: set[int | None] = set()
    if touched.get(code_of(Contact)):
        people |= touched.subjects_of([code_of(Contact)])
    if touched.get(code_of(Lead)):
        people |= set(_of_leads(act))
    if code_of(Account) in touched.changed:
        renamed = Change.objects.filter(act=act, tbl=code_of(Account), op="u", personal__contains='"name"')
        accounts = list(renamed.values_list("row_id", flat=True))
        people |= set(Lead.objects.filter(account__in=accounts).values_list("person", flat=True))
        people |= set(Contact.objects.filter(account__in=accounts).values_list("person", flat=True))
    return {person for person in people if person is not None}


def _of_leads(act: Act) -> Iterable[int | None]:
    for person, op, before, personal in ask(_CHANGES, [act.pk], code_of(Lead)):
        if op != "u" or TELLING & (json.loads(before or "{}").keys() | json.loads(personal or "{}").keys()):
            yield person


def refresh_people(ids: Iterable[int], *, check: bool = False) -> int:
    """Match keys, pairs to review and search text of these people. Returns how many were off.

    Somebody who was merged has none: they are found as the survivor, by every name they were known by. Nobody who
    was erased is recognised.
    """
    ids = set(ids)
    rows = ask(_KNOWN_AS, ids, *ids)
    columns = [row for row in rows if row[0] in ids]
    people = {pk: (name, search) for pk, name, search, _, _ in columns}
    names = _names_of(ids, ((pk, name, root) for pk, name, _, root, _ in rows))
    points = _points_of(people)
    erased = {pk for pk, *_, erased_at in columns if erased_at is not None}
    known = {pk: every for pk, every in names.items() if pk not in erased}
    off = _keep_keys(set(people), _keys_of(known, points), check)
    return off + _keep_search(people, names, points, check)


def enter_people(people: Collection[Person], points: Iterable[ContactPoint], leads: Iterable[Lead]) -> None:
    """The keys of people who were just stored with these addresses and leads, and the pairs they make."""
    companies: dict[int, set[str]] = defaultdict(set)
    regions: dict[int, set[str]] = defaultdict(set)
    for lead in leads:
        companies[lead.person_id] |= _companies(lead.company_name, lead.account.name_key if lead.account else "")
        regions[lead.person_id] |= _regions(lead.region)
    theirs = _by_person(points)
    held = {
        (person.pk, key)
        for person in people
        for key in _identity([person.full_name], theirs[person.pk], companies[person.pk], regions[person.pk])
    }
    _insert_keys(held)
    crowded, counts = _crowded_out((), held)
    _keep_pairs({person.pk for person in people} | crowded, held, counts, check=False)


def put_search(people: Iterable[Person], points: Iterable[ContactPoint]) -> None:
    """The search text of people who are about to be stored with these addresses, in memory."""
    theirs = _by_person(points)
    for person in people:
        person.search = _text_of([person.full_name], theirs[person.pk])


def search_texts(ids: Iterable[int]) -> dict[int, str]:
    """Person id → search text, from what stands there."""
    ids = set(ids)
    known_as = Person.objects.filter(Q(pk__in=ids) | Q(merged_into__in=ids)).order_by("pk")
    names = _names_of(ids, known_as.values_list("pk", "full_name", "merged_into"))
    points = _points_of(names)
    return {pk: _text_of(names[pk], points[pk]) for pk in names}


def _names_of(ids: Collection[int], rows: Iterable[tuple[int, str, int | None]]) -> dict[int, list[str]]:
    """Person id → names, those of everybody who was merged into them behind their own."""
    every = list(rows)
    names: dict[int, list[str]] = {pk: [] if root else [name] for pk, name, root in every if pk in ids}
    for _, name, root in every:
        if root in names:
            names[root].append(name)
    return names


def _points_of(people: Iterable[int]) -> dict[int, list[ContactPoint]]:
    return _by_person(point for part in chunks(people) for point in records(ContactPoint, _POINTS, part))


def _by_person(points: Iterable[ContactPoint]) -> dict[int, list[ContactPoint]]:
    theirs: dict[int, list[ContactPoint]] = defaultdict(list)
    for point in points:
        theirs[point.person_id].append(point)
    return theirs


def _text_of(names: Iterable[str], points: Iterable[ContactPoint]) -> str:
    return search_text(*names, *(text for point in points for text in _spellings(point)))


def _keys_of(names: Mapping[int, list[str]], points: Mapping[int, list[ContactPoint]]) -> set[Held]:
    companies, regions = _places(names)
    return {
        (pk, key) for pk, known in names.items() for key in _identity(known, points[pk], companies[pk], regions[pk])
    }


def _identity(
    names: Iterable[str], points: Iterable[ContactPoint], companies: Iterable[str], regions: Iterable[str]
) -> frozenset[MatchKey]:
    return identity_keys(
        [name_key(name) for name in names],
        emails=[point.normal for point in points if point.kind == "email"],
        phones=[point.normal for point in points if point.kind == "phone"],
        companies=companies,
        regions=regions,
    )


def _places(people: Iterable[int]) -> tuple[dict[int, set[str]], dict[int, set[str]]]:
    """Where people are said to work, and in which region; what a stranger only claims of somebody is not heard."""
    companies: dict[int, set[str]] = defaultdict(set)
    regions: dict[int, set[str]] = defaultdict(set)
    for part in chunks(people):
        for person, company, region, account, claims in ask(_ENQUIRIES, part):
            if not json.loads(claims):
                companies[person] |= _companies(company, account or "")
                regions[person] |= _regions(region)
        for person, account in ask(_WORK, part):
            companies[person] |= {account} - {""}
    return companies, regions


def _companies(name: str, account: str) -> set[str]:
    return {company_key(name) if name else "", account} - {""}


def _regions(region: str) -> set[str]:
    return {" ".join(words(region))} - {""}


def _keep_keys(people: set[int], wanted: set[Held], check: bool) -> int:
    rows = {
        (person, MatchKey(kind, value)): pk for part in chunks(people) for pk, person, kind, value in ask(_KEYS, part)
    }
    gone, new = rows.keys() - wanted, wanted - rows.keys()
    if not check:
        if gone:
            StoredKey.objects.filter(pk__in=[rows[held] for held in gone]).delete()
        _insert_keys(new)
    crowded, counts = (people, {}) if check else _crowded_out(gone, new)
    changed = crowded | {pk for pk, _ in gone | new}
    return len(gone) + len(new) + _keep_pairs(changed, rows.keys() if check else wanted, counts, check=check)


def _insert_keys(held: Iterable[Held]) -> None:
    """In the order of the index they are looked up by: that of many people is written page after page then."""
    insert_values(StoredKey, ("kind", "value", "person_id"), sorted((*key, pk) for pk, key in held))


def _crowded_out(gone: Collection[Held], new: Collection[Held]) -> tuple[set[int], dict[MatchKey, int]]:
    """Whoever has a key that a crowd shares only now, or no longer: it makes no pairs any more, or makes them again.
    And how many have each key."""
    change: dict[MatchKey, int] = defaultdict(int)
    for held, by in [(gone, -1), (new, 1)]:
        for _, key in held:
            change[key] += by if key.kind in CROWD else 0
    counts = count_holders([key for key, by in change.items() if by])
    crossed = [key for key, n in counts.items() if is_crowd(key, n) != is_crowd(key, n - change[key])]
    return (set(having(crossed).values_list("person", flat=True)) if crossed else set()), counts


def _keep_pairs(people: set[int], held: Collection[Held], counts: Mapping[MatchKey, int], *, check: bool) -> int:
    """The pairs of these people are what their keys say; ``held``: of those whose keys are known, ``counts``: how many
    have some of the keys. Returns how many were off."""
    if not people:
        return 0
    keys: dict[int, set[MatchKey]] = {pk: set() for pk in people}
    for pk, key in held:
        if pk in keys:
            keys[pk].add(key)
    if others := people - {pk for pk, _ in held}:
        for part in chunks(others):
            for _, person, kind, value in ask(_KEYS, part):
                keys[person].add(MatchKey(kind, value))
    wanted = {
        (min(pk, one.person_id), max(pk, one.person_id)): (list(one.reasons), one.sure)
        for pk, found in likenesses(keys, counts=counts).items()
        for one in found
    }
    stored = (row for part in chunks(people) for row in records(PossibleDuplicate, _PAIRS, part, *part))
    rows = {(row.first_id, row.second_id): row for row in stored}
    gone = [row.pk for pair, row in rows.items() if wanted.get(pair) != (row.reasons, row.sure)]
    new = [pair for pair in wanted if pair not in rows or rows[pair].pk in set(gone)]
    if not check:
        if gone:
            PossibleDuplicate.objects.filter(pk__in=gone).delete()
        if new:
            insert_rows([_pair(first, second, *wanted[first, second]) for first, second in sorted(new)])
    return len(set(new) | {pair for pair in rows if rows[pair].pk in set(gone)})


def _pair(first: int, second: int, reasons: list[str], sure: int) -> PossibleDuplicate:
    return PossibleDuplicate(first_id=first, second_id=second, reasons=reasons, sure=sure)


def _keep_search(
    people: Mapping[int, tuple[str, str]],
    names: Mapping[int, list[str]],
    points: Mapping[int, list[ContactPoint]],
    check: bool,
) -> int:
    fresh = {pk: _text_of(names[pk], points[pk]) for pk in people}
    stale = [Person(pk=pk, search=fresh[pk]) for pk, (_, search) in people.items() if fresh[pk] != search]
    if stale and not check:
        update_rows(stale, ["search"])
    return len(stale)


def _spellings(point: ContactPoint) -> list[str]:
    """A phone is found by its national digits as by its international ones."""
    if point.kind != "phone":
        return [point.normal]
    digits = point.normal.lstrip("+")
    return [digits, f"0{digits[2:]}"] if digits.startswith("84") else [digits]


def search_text(*parts: str) -> str:
    """Folded words, each behind a space, so that a word's beginning is found by `` word``."""
    found = dict.fromkeys(word for part in parts for word in (*words(part), *_whole(part)))
    return "".join(f" {word}" for word in found)[:4000]


def _whole(part: str) -> list[str]:
    """An email address is also one word."""
    return [part.strip().casefold()] if "@" in part and " " not in part.strip() else []
