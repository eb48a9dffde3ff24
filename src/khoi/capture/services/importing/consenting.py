"""What the people of a file agreed to, if whoever imports it can say how."""

from collections.abc import Iterable

from django.utils.translation import get_language

from khoi.capture.services.importing.context import Context
from khoi.capture.services.importing.humans import Human
from khoi.kit.db.writing import insert_rows
from khoi.people.models import Consent, Purpose


def record_consent(humans: Iterable[Human], context: Context) -> None:
    """Once for everybody who can be written to and has never said yes or no themself: a list bought or collected
    elsewhere takes back nobody's withdrawal. Without words nothing is recorded."""
    if not context.consent:
        return
    asked = {human.person.pk: human for human in humans if human.keys}
    said = Consent.objects.filter(person__in=asked, purpose=Purpose.MARKETING).values_list("person", flat=True)
    insert_rows([_given(asked[pk], context) for pk in asked.keys() - set(said)])


def record_refusals(humans: Iterable[Human], context: Context) -> None:
    """The other system says that they want no mail: once for everybody of whom nothing is known here."""
    asked = {human.person.pk: human for human in humans if human.keys}
    if not asked:
        return
    said = Consent.objects.filter(person__in=asked, purpose=Purpose.MARKETING).values_list("person", flat=True)
    refusals = [_given(asked[pk], context) for pk in asked.keys() - set(said)]
    for refusal in refusals:
        refusal.state, refusal.wording = "withdrawn", context.mapping.title or context.mapping.name
    insert_rows(refusals)


def _given(human: Human, context: Context) -> Consent:
    return Consent(
        person=human.person,
        person_ref=human.person.pk,
        purpose=Purpose.MARKETING,
        state="given",
        confirmed=True,
        address=min(human.keys)[1],
        wording=context.consent,
        wording_version=1,
        language=(get_language() or "vi")[:2],
        basis="import",
        occurred_at=context.now,
        recorded_at=context.now,
    )
