"""What may sleep, and when it wakes: its day has come, or the patient is worse (4.1.13)."""

from collections.abc import Iterable

from followups.choices import Severity
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


def why_never_snoozed(flag: Flag) -> str:
    """Return why a flag may not sleep, in a sentence for staff; empty if it may."""
    limits = STANDARD.snooze
    if flag.severity >= limits.never_severity:
        return f"A flag of severity {Severity(flag.severity).label} is never snoozed."
    held = {flag.rule, *(item["rule"] for item in flag.evidence)}
    if held & {rule.value for rule in limits.never_rules}:
        return f"A flag for {flag.get_rule_display()} is never snoozed."
    return ""
