"""Measure the search for patients in a clinic with very many, as the web process runs it.

Made-up patients are loaded into a database of its own; names are drawn from lists of names, a
name a line, or put together from syllables. Searches are made as the application's role, with
row-level security and the reach of a page.

    .venv/bin/python scripts/bench_search.py [--patients 20000] [--family FILE --given FILE]

Prints milliseconds by kind of search, how many planted typing errors are found in the first
five, and the plans. Not part of ./test.
"""

import argparse
import os
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

LETTERS = "abcdefghijklmnopqrstuvwxyz"
SYLLABLES = (
    "ma",
    "ri",
    "son",
    "ber",
    "ko",
    "wal",
    "sky",
    "lin",
    "de",
    "ton",
    "har",
    "ga",
    "el",
    "na",
)
ROWS = 5_000


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--patients", type=int, default=20_000)
    parser.add_argument("--searches", type=int, default=300, help="of each kind")
    parser.add_argument("--family", type=Path, help="family names, one a line")
    parser.add_argument("--given", type=Path, help="given names, one a line")
    asked = parser.parse_args()
    prepare()
    dice = Random(7)  # noqa: S311 - made-up people, the same each time
    people = list(
        made_up(asked.patients, names(asked.family, dice), names(asked.given, dice), dice)
    )
    user = load(people)
    print(f"{len(people)} patients, {asked.searches} searches of each kind")
    measure(user, dict(searches(people, asked.searches, dice)))
    explain(user, people[0])


def prepare() -> None:
    """Start a database of its own, and get Django ready."""
    from clinic.stack.pytest_plugin import start_servers

    start_servers()
    os.environ |= {"DEBUG": "1", "LOG_LEVEL": "ERROR", "SECRET_KEY": "bench"}
    os.environ |= {"DATABASE_ROLE": "fuseline_app", "DJANGO_SETTINGS_MODULE": "clinic.settings"}
    os.environ["DB_STATEMENT_SECONDS"] = "600"

    import django
    from django.conf import settings
    from django.core.management import call_command

    django.setup()
    settings.DEBUG = False  # which would keep every query in memory
    call_command("migrate", verbosity=0)


def names(path: Path | None, dice: Random) -> list[str]:
    if path is not None:
        return list(dict.fromkeys(path.read_text().split("\n")))[:-1]
    made = ("".join(dice.choices(SYLLABLES, k=dice.randint(2, 4))) for _ in range(4_000))
    return [name.capitalize() for name in dict.fromkeys(made)]


def made_up(count: int, family: list[str], given: list[str], dice: Random) -> Iterator[Any]:
    """Yield patients; some names are far commoner than others, as they are."""
    from patients.models import Patient

    weights = [1 / rank for rank in range(3, len(family) + 3)]
    families = dice.choices(dice.sample(family, len(family)), weights, k=count)
    for number, name in enumerate(families):
        yield Patient(
            clinic_id=1,
            mrn=f"{number // 1000:03}-{number % 1000:03}",
            family_name=name,
            given_name=dice.choice(given),
            date_of_birth=date(1935, 1, 1) + timedelta(days=dice.randrange(25_000)),
        )


def load(people: list[Any]) -> Any:
    """Store them with their keys; return a nurse of their clinic."""
    from django.db import connection

    from clinic.staff.models import Clinic, User
    from patients.models import Patient

    clinic = Clinic.objects.create(
        pk=1, name="Bench", code="bench", time_zone="UTC", emergency_number="911",
        urgent_phone="+12125550100", crisis_line="988", quiet_from="20:00", quiet_until="08:00",
    )  # fmt: skip
    began = time.perf_counter()
    with connection.cursor() as cursor:
        unbind(cursor)
        Patient.objects.bulk_create(people, batch_size=ROWS)
        copy_keys(cursor, people)
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("SELECT count(*), pg_total_relation_size('patients_searchkey') / 1048576 "
                       "FROM patients_searchkey")  # fmt: skip
        print(
            "{} keys, {} MB".format(*cursor.fetchone()), f"in {time.perf_counter() - began:.0f} s"
        )
    return User.objects.create_user("bench", role="nurse", clinic=clinic)


def unbind(cursor: Any) -> None:
    """Let millions of made-up rows in without an audit and without looking up whose they are."""
    cursor.execute("ALTER TABLE patients_patient DISABLE TRIGGER USER")
    cursor.execute(
        "SELECT conname FROM pg_constraint "
        "WHERE contype = 'f' AND conrelid = 'patients_searchkey'::regclass"
    )
    for (name,) in cursor.fetchall():
        cursor.execute(f'ALTER TABLE patients_searchkey DROP CONSTRAINT "{name}"')


def copy_keys(cursor: Any, people: list[Any]) -> None:
    from patients.search_keys import keys_of

    columns = "COPY patients_searchkey (clinic_id, patient_id, kind, key) FROM STDIN"
    with cursor.copy(columns) as rows:
        for each in people:
            phone = f"+1212{each.pk:07}"
            for kind, key in set(keys_of(each, [phone])):
                rows.write_row((1, each.pk, str(kind), key))


def searches(people: list[Any], count: int, dice: Random) -> Iterator[tuple[str, list[Any]]]:
    """Yield for each kind of search what is typed, and who is meant."""
    some = dice.sample(people, count)
    yield "record number", [(each.mrn, each) for each in some]
    yield "both names", [(f"{each.given_name} {each.family_name}", each) for each in some]
    yield "family name", [(each.family_name, each) for each in some]
    yield "first 2 letters", [(each.family_name[:2], each) for each in some]
    yield (
        "first 3 of both",
        [(f"{each.given_name[:3]} {each.family_name[:3]}", each) for each in some],
    )
    yield (
        "one letter wrong",
        [(f"{each.given_name} {wrong(each.family_name, dice)}", each) for each in some],
    )
    yield "family, one wrong", [(wrong(each.family_name, dice), each) for each in some]
    yield "birth date", [(f"{each.date_of_birth:%d %b %Y}", each) for each in some]
    yield "telephone tail", [(f"{each.pk:07}"[-5:], each) for each in some]
    yield "nobody", [("xqzvw jkqxz", each) for each in some]


def wrong(name: str, dice: Random) -> str:
    """Return a name with one letter left out, added, replaced or swapped."""
    at = dice.randrange(1, max(2, len(name)))
    kind = dice.randrange(4)
    if kind == 0 and len(name) > 3:
        return name[:at] + name[at + 1 :]
    if kind == 1:
        return name[:at] + dice.choice(LETTERS) + name[at:]
    if kind == 2 and at + 1 < len(name):
        return name[:at] + name[at + 1] + name[at] + name[at + 2 :]
    return name[:at] + dice.choice(LETTERS) + name[at + 1 :]


def measure(user: Any, kinds: dict[str, list[Any]]) -> None:
    from patients import asked, search
    from patients.reach import reach

    for kind, wanted in kinds.items():
        took, first, shown = [], 0, 0
        for text, patient in wanted:
            with reach([1], user=user.pk, request="bench"):
                began = time.perf_counter()
                found = search.find(user, asked.read(text))
                took.append((time.perf_counter() - began) * 1000)
            first += patient.pk in [match.pk for match in found[:5]]
            shown += patient.pk in [match.pk for match in found]
        took.sort()
        half, p95 = took[len(took) // 2], took[len(took) * 95 // 100]
        print(
            f"{kind:18} median {half:6.1f} ms   p95 {p95:6.1f}   worst {took[-1]:6.1f}"
            f"   first 5: {first / len(wanted):6.1%}   shown: {shown / len(wanted):6.1%}"
        )


def explain(user: Any, patient: Any) -> None:
    """Print how PostgreSQL answers the questions that a search is made of."""
    from patients import search
    from patients.models import KeyKind
    from patients.reach import reach

    with reach([1], user=user.pk, request="bench"):
        for rows in (
            search._beginning(user, KeyKind.WORD, patient.family_name.lower()[:3])[:200],
            search._near(user, patient.family_name.lower()),
        ):
            print(rows.values("patient").explain(analyze=True, buffers=True))


if __name__ == "__main__":
    main()
