"""Write what patients are found by. Called by the services that change a name or a number."""

from collections.abc import Iterable, Iterator

from patients.choices import ChannelKind
from patients.folding import share, variants
from patients.models.person import ContactChannel, Patient
from patients.models.search import KeyKind, SearchKey

Key = tuple[str, str]  # kind and key
PHONES = (ChannelKind.SMS, ChannelKind.PHONE)


def refresh(patient: Patient) -> None:
    """Bring the keys of a patient in line with the record; nothing is written if they are."""
    phones = ContactChannel.objects.filter(patient=patient, kind__in=PHONES)
    wanted = set(keys_of(patient, phones.values_list("address", flat=True)))
    kept = {(each.kind, each.key): each.pk for each in SearchKey.objects.filter(patient=patient)}
    if gone := [pk for key, pk in kept.items() if key not in wanted]:
        SearchKey.objects.filter(pk__in=gone).delete()
    SearchKey.objects.bulk_create(
        SearchKey(clinic_id=patient.clinic_id, patient=patient, kind=kind, key=key)
        for kind, key in sorted(wanted - kept.keys())
    )


def keys_of(patient: Patient, phones: Iterable[str]) -> Iterator[Key]:
    """Yield every key of a patient; some more than once."""
    for word in share([patient.family_name, patient.given_name]):
        yield KeyKind.WORD, word
        yield from ((KeyKind.NEAR, variant) for variant in variants(word))
    yield KeyKind.RECORD, patient.mrn
    yield from ((KeyKind.PHONE, backwards(phone)) for phone in phones)


def backwards(phone: str) -> str:
    """Return the digits of a number from the last one: its end is how people name it."""
    return "".join(char for char in reversed(phone) if char.isascii() and char.isdigit())
