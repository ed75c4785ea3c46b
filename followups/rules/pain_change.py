"""Pain judged otherwise than by two agreeing reports: a leap, and a slow creep."""

from followups.choices import Rule, Severity
from followups.rules.course import Course, Value
from followups.rules.domains import current, finding, in_each_domain
from followups.rules.outcomes import NOT_FIRED, Domain, Evidence, NotEvaluable, Outcome


def spike(course: Course) -> Outcome:
    """PAIN-SPIKE: one report so far above the usual level that it needs no second."""
    return in_each_domain(course, _spike)


def gradual(course: Course) -> Outcome:
    """PAIN-GRADUAL: the last reports are on average well above the best earlier ones."""
    return in_each_domain(course, _gradual)


def _spike(course: Course, domain: Domain) -> Outcome:
    numbers = course.protocol.pain_spike
    value = current(course, domain, (numbers.from_pod, None), numbers.pain_from)
    if not isinstance(value, int):
        return value
    trend, word = course.trends[domain], course.word(domain)
    usual = trend.usual
    if usual is None:
        return NotEvaluable(f"too few earlier {word} pain reports")
    if value - usual < numbers.rise_points:
        return NOT_FIRED
    return finding(
        Rule.PAIN_SPIKE,
        Severity.URGENT,
        f"Sudden {word} pain {value}/10, {value - usual:g} points above usual {usual:g}. "
        "Exceeds measurement error; ask about fall, fever, neurology.",
        course,
        domain,
        facts=(
            Evidence(f"{word} pain", str(value), trend.values[-1].on),
            Evidence(f"{word} pain, usual", f"{usual:g}"),
        ),
        measure=value,
    )


def _gradual(course: Course, domain: Domain) -> Outcome:
    numbers = course.protocol.pain_gradual
    word = course.word(domain)
    now = course.trends[domain].now
    if now is None:
        return NotEvaluable(f"no {word} pain reported since surgery")
    values = _settled(course, domain)
    last = values[-numbers.window :]
    if now.pod < numbers.from_pod or _total(last) < numbers.mean_from * len(last):
        return NOT_FIRED
    if len(values) < numbers.values_at_least:
        return NotEvaluable(
            f"{len(values)} of {numbers.values_at_least} {word} pain reports since day "
            f"{numbers.values_from_pod}"
        )
    best = _best(values[: -numbers.window], numbers.window)
    # whole-number arithmetic: means would round
    if _total(last) - _total(best) < numbers.rise_points * numbers.window:
        return NOT_FIRED
    mean, lowest = _total(last) / len(last), _total(best) / len(best)
    return finding(
        Rule.PAIN_GRADUAL,
        Severity.SOON,
        f"{word.capitalize()} pain crept up: average of last four check-ins {mean:.3g}, "
        f"best earlier four {lowest:.3g}. Gradual onset suggests hardware.",
        course,
        domain,
        facts=tuple(
            Evidence(f"{word} pain{when}", str(each.value), each.on)
            for when, part in ((", best earlier", best), ("", last))
            for each in part
        ),
        measure=mean,
    )


def _settled(course: Course, domain: Domain) -> tuple[Value, ...]:
    """Return the values late enough to compare with each other."""
    first = course.protocol.pain_gradual.values_from_pod
    return tuple(each for each in course.trends[domain].values if each.pod >= first)


def _best(values: tuple[Value, ...], window: int) -> tuple[Value, ...]:
    """Return the earliest of the lowest runs of consecutive values."""
    runs = [values[start : start + window] for start in range(len(values) - window + 1)]
    return min(runs, key=_total)


def _total(values: tuple[Value, ...]) -> int:
    return sum(each.value for each in values)
