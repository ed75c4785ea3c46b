"""Restrictions and nicotine."""

from followups.choices import RiskFactor, Rule, Severity
from followups.rules.course import CHANGED, Course, evidence
from followups.rules.domains import PAIN_RULES
from followups.rules.history import Report
from followups.rules.outcomes import NOT_FIRED, Finding, Outcome
from followups.rules.signs import NO_REPORT, not_answered

LAX = frozenset({"some", "not"})
STRICT = frozenset({"all", "mostly"})
_WORDS = {"some": "only some of the time", "not": "not at all"}
_SMOKERS = {RiskFactor.SMOKER_CURRENT, RiskFactor.SMOKER_RECENT_EX}


def restrictions(course: Course) -> Outcome:
    """ADHERE: restrictions not followed while they last, or nicotine in the first months."""
    if not course.latest:
        return NO_REPORT
    told = _lax(course)
    smoked = course.affirmed("nicotine") if _nicotine_counts(course) else ()
    if told or smoked:
        return _finding(course, told, smoked)
    unanswered = []
    if _is_restricted(course.latest[-1], course):
        unanswered += [
            *([] if course.is_answered("adh", LAX | STRICT) else ["restrictions"]),
            *(["overexertion"] if course.unanswered("overdid") else []),
        ]
    if _nicotine_counts(course) and _may_smoke(course) and course.unanswered("nicotine"):
        unanswered.append("nicotine")
    return not_answered(*unanswered) if unanswered else NOT_FIRED


def is_adherent_twice(course: Course) -> bool:
    """Whether the last two reports that tell of habits tell of nothing to coach.

    After the restrictions end, only nicotine is left to tell of.
    """
    telling = [each for each in course.daily if each.adh is not None or each.nicotine is not None]
    last = telling[-2:]
    return len(last) == 2 and all(
        (each.adh in STRICT or (each.adh is None and not _is_restricted(each, course)))
        and each.overdid is not True
        and each.nicotine is not True
        for each in last
    )


def _is_restricted(report: Report, course: Course) -> bool:
    return course.pod(report) <= course.history.restriction_end_pod


def _nicotine_counts(course: Course) -> bool:
    return course.pod(course.latest[-1]) <= course.protocol.habits.nicotine_until_pod


def _may_smoke(course: Course) -> bool:
    """Whether the patient smokes, stopped lately, or nobody has recorded it.

    Others are not asked about nicotine.
    """
    risk = course.history.risk
    return risk.points is None or "smoking" in risk.unknown or bool(risk.factors & _SMOKERS)


def _lax(course: Course) -> tuple[Report, ...]:
    """Return the reports of the latest day that tell of restrictions not followed."""
    if not _is_restricted(course.latest[-1], course):
        return ()
    told = (*course.told("adh", LAX), *course.affirmed("overdid"))
    return tuple(dict.fromkeys(told))


def _finding(course: Course, told: tuple[Report, ...], smoked: tuple[Report, ...]) -> Finding:
    pain = course.most_severe(PAIN_RULES) if told else None
    is_looser = bool(told) and bool(course.told("instab", CHANGED))
    given = {each.adh for each in told}
    what = [words for answer, words in _WORDS.items() if answer in given]
    what += ["overexertion"] * any(each.overdid for each in told)
    beside = ["pain change"] * (pain is not None) + ["new instability"] * is_looser
    pod = course.pod(course.latest[-1])
    text = f"Restrictions not followed ({', '.join(what)}) on POD {pod}" if told else ""
    if smoked:
        text = f"{text}; nicotine use" if told else f"Nicotine use on POD {pod}"
    return Finding(
        rule=Rule.ADHERE,
        severity=Severity.SOON if beside else Severity.ROUTINE,
        since=max(each.at for each in (*told, *smoked)),
        explanation=f"{text}{''.join(f', with {each}' for each in beside)}. Education call.",
        evidence=(
            *(fact for each in told for fact in evidence("restrictions followed", each, "adh")),
            *(fact for each in told for fact in evidence("overexertion", each, "overdid")),
            *(fact for each in smoked for fact in evidence("nicotine", each, "nicotine")),
            *(pain.evidence if pain else ()),
        ),
        missing=course.unjudged(PAIN_RULES) if told and not beside else (),
    )
