"""The short lessons: what one says, and on which days it is offered.

The days are the same in every language, so they stand here and not in the files.
"""

from dataclasses import dataclass

Options = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Lesson:
    """``after`` is said whatever was chosen: nobody is told off."""

    name: str
    title: str
    paragraphs: tuple[str, ...]
    question: str
    options: Options
    after: str


@dataclass(frozen=True, slots=True)
class Phase:
    """The postoperative days of a lesson, both included; ``understood`` is stored, not shown."""

    name: str
    understood: str
    from_pod: int = 0
    to_pod: int | None = None
    only_smokers: bool = False
    only_with_limits: bool = False

    def covers(self, pod: int, *, smokes: bool, limits_until_pod: int) -> bool:
        return (
            self.from_pod <= pod
            and (self.to_pod is None or pod <= self.to_pod)
            and (smokes or not self.only_smokers)
            and (pod <= limits_until_pod or not self.only_with_limits)
        )


# In the order in which they are offered. The days are a design decision that follows the phases
# of protocol 3.2 and the end of question Q10 (2.2); no source says when to teach what.
PHASES = (
    Phase("warning", understood="now"),
    Phase("expect", understood="call", to_pod=42),
    Phase("limits", understood="ask", only_with_limits=True),
    Phase("smoking", understood="team", to_pod=180, only_smokers=True),
    Phase("walking", understood="ask", from_pod=15, to_pod=180),
    Phase("mood", understood="tell", from_pod=15),
)


def lessons_on(pod: int, *, smokes: bool, limits_until_pod: int) -> tuple[Phase, ...]:
    """Return the lessons of a postoperative day; none before the operation."""
    return tuple(
        phase
        for phase in PHASES
        if phase.covers(pod, smokes=smokes, limits_until_pod=limits_until_pod)
    )
