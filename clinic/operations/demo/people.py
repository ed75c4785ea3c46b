"""Who is in the demo clinic. Everybody here is made up."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from followups.simulation.courses import Shape
from patients.choices import Approach, Region

GIVEN_FEMALE = [
    "Dolores",
    "Ingrid",
    "Priya",
    "Noor",
    "Henrietta",
    "Beatriz",
    "Chiamaka",
    "Yuki",
    "Leila",
    "Margit",
    "Rosalind",
    "Imani",
    "Saoirse",
    "Valentina",
    "Thandiwe",
    "Agnes",
    "Camille",
    "Odalys",
    "Winifred",
    "Zofia",
]
GIVEN_MALE = [
    "Harlan",
    "Tobias",
    "Casimir",
    "Wendell",
    "Matteo",
    "Kwame",
    "Desmond",
    "Ravi",
    "Anselm",
    "Lucian",
    "Bartholomew",
    "Emeka",
    "Florian",
    "Hiroshi",
    "Ignacio",
    "Joaquin",
    "Konstantin",
    "Leopold",
    "Percival",
    "Rufus",
]
FAMILY = [
    "Vantongeren",
    "Whitcombe",
    "Ekwueme",
    "Ramanathan-Cole",
    "Castellanos",
    "Oyelaran",
    "Abernathy",
    "Haddadin",
    "Solberg",
    "Quillfeather",
    "Marchetti-Boone",
    "Okonjo",
    "Tanaka-Reyes",
    "Birdsong",
    "Lindqvist",
    "Featherstone",
    "Achterberg",
    "Montclair",
    "Zawadzki",
    "Fairweather",
    "O’Dowdall",
    "Pemberton-Ruiz",
    "Kowalske",
    "Ishimura",
    "Delacroix",
    "Nakagawa",
    "Brannigan",
    "Thistlewood",
    "Umarov",
    "Villanueva",
    "Wexcombe",
    "Yarborough",
    "Ndiaye-Holt",
    "Ruggiero",
    "Sandoval",
    "Petrosyan",
]

LUMBAR = (
    (["L4-L5"], Approach.TLIF, Region.LUMBAR),
    (["L5-S1"], Approach.ALIF, Region.LUMBOSACRAL),
    (["L4-L5"], Approach.MIS_TLIF, Region.LUMBAR),
    (["L4-L5", "L5-S1"], Approach.TLIF, Region.LUMBOSACRAL),
    (["L3-L4", "L4-L5"], Approach.PLIF, Region.LUMBAR),
    (["L2-L3", "L3-L4", "L4-L5"], Approach.PLF, Region.LUMBAR),
    (["L3-L4"], Approach.LLIF, Region.LUMBAR),
)
CERVICAL = (
    (["C5-C6"], Approach.ACDF, Region.CERVICAL),
    (["C5-C6", "C6-C7"], Approach.ACDF, Region.CERVICAL),
    (["C4-C5", "C5-C6", "C6-C7"], Approach.POSTERIOR_CERVICAL, Region.CERVICAL),
)

SILENT = "silent"
NO_SHOW = "no_show"
SADDLE = "saddle"
WEAK = "weak"
TINGLING = "tingling"
STEADY = ""


CALLING_NOTES = ("", "Mornings.", "", "After 4 PM.", "", "Lives alone. Let it ring.", "")
RELATIONS = ("spouse", "daughter", "son", "neighbour", "sister")


@dataclass(frozen=True, slots=True)
class Story:
    """One made-up patient: who, what was done, and how it went.

    ``event`` is what happens at the end of the story, besides the course of pain.
    """

    number: int
    given_name: str
    family_name: str
    sex: str
    born: date
    operated: date
    levels: list[str]
    approach: Approach
    region: Region
    shape: Shape
    turn_day: int
    event: str
    answers: float
    risks: dict[str, object]
    seed: int


# One line per kind of story: how it goes, what happens, earliest and latest day since
# surgery today, how many. Together 312 people in every phase.
CAST: tuple[tuple[Shape, str, int, int, int], ...] = (
    (Shape.NORMAL, STEADY, -25, -2, 14),
    (Shape.NORMAL, STEADY, 0, 14, 22),
    (Shape.NORMAL, STEADY, 15, 84, 66),
    (Shape.NORMAL, STEADY, 85, 365, 90),
    (Shape.NORMAL, STEADY, 366, 725, 56),
    (Shape.PERSISTING, STEADY, 46, 56, 4),
    (Shape.PERSISTING, STEADY, 60, 330, 13),
    (Shape.REBOUND, STEADY, 95, 420, 10),
    (Shape.CREEP, STEADY, 220, 600, 5),
    (Shape.NORMAL, SILENT, 20, 500, 14),
    (Shape.NORMAL, NO_SHOW, 60, 440, 9),
    (Shape.NORMAL, SADDLE, 9, 40, 1),
    (Shape.NORMAL, WEAK, 12, 60, 3),
    (Shape.REBOUND, TINGLING, 80, 200, 5),
)


def stories(today: date) -> list[Story]:
    """Return everybody, the same people for the same day."""
    cast = [
        (shape, event, earliest, latest)
        for shape, event, earliest, latest, count in CAST
        for _ in range(count)
    ]
    return [_story(number, *part, today) for number, part in enumerate(cast, start=1)]


def _story(number: int, shape: Shape, event: str, earliest: int, latest: int, today: date) -> Story:
    random = Random(number)  # noqa: S311  a demo, the same every time
    female = random.random() < 0.55
    days = random.randint(earliest, latest)
    levels, approach, region = random.choice(CERVICAL if number % 4 == 0 else LUMBAR)
    age = round(min(max(random.gauss(58, 12), 24), 84))
    return Story(
        number=number,
        given_name=random.choice(GIVEN_FEMALE if female else GIVEN_MALE),
        family_name=FAMILY[(number * 7) % len(FAMILY)],
        sex="female" if female else "male",
        born=today - timedelta(days=age * 365 + random.randint(0, 364)),
        operated=today - timedelta(days=days),
        levels=levels,
        approach=approach,
        region=region,
        shape=shape,
        # Late enough to have recovered, early enough to show.
        turn_day=max(days - (150 if shape == Shape.CREEP else 26), 60),
        event=event,
        answers=random.uniform(0.8, 0.97),
        risks=_risks(random),
        seed=number,
    )


def for_calls(story: Story) -> dict[str, str]:
    """Return what helps to reach somebody; not everybody has said."""
    facts = {"calling_note": CALLING_NOTES[story.number % len(CALLING_NOTES)]}
    if story.number % 3 == 0:
        relation = RELATIONS[story.number % len(RELATIONS)]
        given = (GIVEN_MALE, GIVEN_FEMALE)[story.number % 2][story.number % 7]
        facts["emergency_contact"] = f"{given} {story.family_name}, {relation}"
        facts["emergency_phone"] = f"+1212556{story.number:04}"
    return facts


def _risks(random: Random) -> dict[str, object]:
    """Return risk factors; some are never recorded, as in life."""
    if random.random() < 0.1:
        return {}
    return {
        "smoking": random.choices(
            ["never", "ex_gt6m", "ex_lt6m", "current", None], [50, 20, 5, 17, 8]
        )[0],
        "diabetes": random.choices(["none", "type2", "type1", None], [76, 15, 2, 7])[0],
        "osteoporosis": random.choices([False, True, None], [70, 15, 15])[0],
        "autoimmune": random.choices([False, True, None], [85, 6, 9])[0],
        "bmi": Decimal(f"{min(max(random.gauss(29, 5), 18), 48):.1f}"),
        "chronic_opioids": random.choices([False, True, None], [78, 12, 10])[0],
        "mental_health": random.choices([False, True, None], [75, 17, 8])[0],
    }
