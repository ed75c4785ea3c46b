"""When a snoozed flag wakes: its day has come, or the patient is worse (protocol 4.1.13)."""

from collections.abc import Iterable

from followups.models import Flag
from followups.protocol import STANDARD
from followups.rules.outcomes import Finding


def end_snooze(flag: Flag) -> None:
    """Take the sleep off a flag; the caller saves it."""
    flag.snoozed_at = flag.snoozed_until = flag.snoozed_by = None
    flag.snooze_reason, flag.snooze_measure = "", None


def is_broken(flag: Flag, findings: Iterable[Finding]) -> bool:
    """Whether these findings are worse than what was put to sleep."""
    if flag.snoozed_until is None:
        return False
    limits = STANDARD.snooze
    return any(
        finding.severity >= flag.severity + limits.woken_by_severity_steps
        or finding.rule in limits.never_rules
        or (
            finding.measure is not None
            and flag.snooze_measure is not None
            and finding.measure - flag.snooze_measure >= limits.woken_by_pain_points
        )
        for finding in findings
    )
