"""Run the rules and bring flags in line with what they find.

The only writer of evaluations and, with ``cases`` and ``contacts``, of flags. Callers
hold the lock on the follow-up, so that a report and the sweep take turns; the unique
constraint on open flags is the second line.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from followups import rules
from followups.choices import (
    CheckInKind,
    Disposition,
    EvaluationTrigger,
    Family,
    FlagEventKind,
    Rule,
    Severity,
)
from followups.clock import morning
from followups.models import CheckIn, Evaluation, Flag, FollowUp
from followups.protocol import STANDARD
from followups.rules.assessment import Assessment
from followups.rules.data import history_as_data, plain
from followups.rules.history import History
from followups.rules.outcomes import Finding
from followups.services import flag_events, histories, ranks
from followups.services.snoozes import end_snooze, is_broken
from patients.models import Surgery, SymptomReport

ANSWER_WINDOW = timedelta(hours=STANDARD.check_ins.missed_hours)


def refresh(
    follow_up: FollowUp,
    *,
    trigger: EvaluationTrigger,
    report: SymptomReport | None = None,
    now: datetime,
) -> Evaluation:
    """Evaluate one surgery and raise, add to, or clear its flags.

    Safe to repeat: a finding already in a flag's evidence changes nothing, and a closed
    flag comes back only for a newer fact.
    """
    known = histories.load(follow_up.surgery, now=now)
    assessment = rules.assess(known.history)
    evaluation = _store(follow_up, known.history, assessment, trigger, report, now)
    news = report.reported_at if report else None
    changed = _raise_and_add(follow_up, known, assessment, evaluation, news)
    changed |= _clear_what_is_gone(known, assessment)
    _plan_recheck(follow_up.surgery, assessment, now)
    follow_up.next_evaluation_at = _next_evaluation(follow_up, known)
    follow_up.lost_since = _lost_since(follow_up, known.history)
    if report is not None:
        changed |= _look_back(follow_up, report, now)
    ranks.place(
        follow_up,
        now=now,
        changed=changed,
        risk_points=known.history.risk.points,
        flags=list(Flag.objects.open().filter(surgery=follow_up.surgery_id)),
    )
    return evaluation


def _lost_since(follow_up: FollowUp, history: History) -> date | None:
    """Return since when a patient is lost to follow-up (protocol 3.3); any contact ends it."""
    if not rules.is_lost(history):
        return None
    return follow_up.lost_since or history.today


def _look_back(follow_up: FollowUp, report: SymptomReport, now: datetime) -> bool:
    """Judge a report entered late as of its own day, and again what followed it.

    Nothing is cleared by looking back: only what is true now may do that.
    """
    later = SymptomReport.objects.filter(
        surgery=follow_up.surgery_id, reported_at__gt=report.reported_at
    )
    moments = list(later.order_by("reported_at").values_list("reported_at", flat=True))
    if not moments:
        return False
    changed = False
    for moment in (report.reported_at, *moments):
        known = histories.load(follow_up.surgery, now=moment)
        assessment = rules.assess(known.history)
        if assessment.findings:
            evaluation = _store(
                follow_up, known.history, assessment, EvaluationTrigger.RECORD, None, now
            )
            changed |= _raise_and_add(follow_up, known, assessment, evaluation, report.reported_at)
    return changed


def refresh_due(*, now: datetime, limit: int = 1000) -> int:
    """Evaluate follow-ups whose next clock boundary has passed; return how many."""
    due = FollowUp.objects.to_evaluate(now).order_by("next_evaluation_at")[:limit]
    return sum(_refresh_one(pk, now) for pk in list(due.values_list("pk", flat=True)))


def supersede(follow_up: FollowUp, *, now: datetime) -> None:
    """Close what a revision has made history (protocol 4.1.2)."""
    for flag in Flag.objects.open().filter(surgery=follow_up.surgery_id):
        _close(flag, Disposition.SUPERSEDED, FlagEventKind.SUPERSEDED, now)
    ranks.refresh(follow_up, now=now, changed=True)


def schedule_evaluation(follow_up: FollowUp, *, now: datetime) -> None:
    """Note when the clock alone may change a decision: a check-in missed, a window shut."""
    known = histories.load(follow_up.surgery, now=now)
    follow_up.next_evaluation_at = _next_evaluation(follow_up, known)
    follow_up.save(update_fields=["next_evaluation_at"])


def _next_evaluation(follow_up: FollowUp, known: histories.Known) -> datetime | None:
    if not follow_up.is_active:
        return None
    moments = (known.next_close, rules.next_change_at(known.history))
    return min((moment for moment in moments if moment), default=None)


@transaction.atomic
def _refresh_one(pk: int, now: datetime) -> bool:
    """Evaluate one due follow-up; False if another sweep has it or was first."""
    follow_up = (
        FollowUp.objects.to_evaluate(now)
        .select_for_update(skip_locked=True, of=("self",))
        .select_related("surgery__clinic", "surgery__patient")
        .filter(pk=pk)
        .first()
    )
    if follow_up is None:
        return False
    refresh(follow_up, trigger=EvaluationTrigger.CLOCK, now=now)
    return True


def _store(
    follow_up: FollowUp,
    history: History,
    assessment: Assessment,
    trigger: EvaluationTrigger,
    report: SymptomReport | None,
    now: datetime,
) -> Evaluation:
    """Keep what went in and what came out; reports are append-only, so ids suffice."""
    facts = history_as_data(history)
    facts["reports"] = [item.id for item in history.reports]
    return Evaluation.objects.create(
        clinic_id=follow_up.clinic_id,
        surgery_id=follow_up.surgery_id,
        trigger=trigger,
        report=report,
        at=history.as_of,
        made_at=now,
        rule_set_version=assessment.version,
        facts=facts,
        outcomes=assessment.as_data(),
    )


def _raise_and_add(
    follow_up: FollowUp,
    known: histories.Known,
    assessment: Assessment,
    evaluation: Evaluation,
    news: datetime | None,
) -> bool:
    """Open flags for findings, or add them to the open flag of their family.

    A closed flag comes back only for a newer fact, or for the report just stored
    (``news``), which nobody has seen however old it is.
    """
    changed, now = False, evaluation.made_at
    for family, findings in assessment.by_family().items():
        flag = known.flags.get(family)
        if flag is not None and flag.is_open:
            changed |= _add(flag, findings, evaluation)
        elif flag is None or any(_is_unseen(each, flag, news, now) for each in findings):
            _raise(follow_up.surgery, family, findings, evaluation)
            changed = True
    return changed


def _is_unseen(finding: Finding, flag: Flag, news: datetime | None, now: datetime) -> bool:
    """Whether a finding says more than a closed flag already knew."""
    told = [item["rule"] for item in flag.evidence]
    last = flag.raised_at if finding.rule.value in told else None
    if not rules.may_refire(finding.rule, last, now):
        return False
    if finding.since > flag.since:
        return True
    return finding.since == news and _is_new(plain(finding), flag.evidence)


def _clear_what_is_gone(known: histories.Known, assessment: Assessment) -> bool:
    found = assessment.by_family()
    changed = False
    for family, flag in known.flags.items():
        if flag.is_open and family not in found:
            changed |= _clear(flag, known.history)
    return changed


def _raise(
    surgery: Surgery,
    family: Family,
    findings: tuple[Finding, ...],
    evaluation: Evaluation,
) -> None:
    lead, now = findings[0], evaluation.made_at
    flag = Flag.objects.create(
        clinic_id=surgery.clinic_id,
        surgery=surgery,
        family=family,
        rule=lead.rule,
        severity=lead.severity,
        explanation=lead.explanation,
        evidence=[plain(finding) for finding in findings],
        since=_newest(findings),
        rule_set_version=evaluation.rule_set_version,
        evaluation=evaluation,
        raised_at=now,
        clock_started_at=now,
        respond_by=now + _target(lead),
    )
    flag_events.add(flag, FlagEventKind.RAISED, at=now, text=lead.explanation)


def _add(flag: Flag, findings: tuple[Finding, ...], evaluation: Evaluation) -> bool:
    """Add findings the flag does not know yet; severity may rise, never fall."""
    new = [item for item in map(plain, findings) if _is_new(item, flag.evidence)]
    if not new and not flag.data_cleared:
        return False
    lead, now = findings[0], evaluation.made_at
    kind = _what_changed(flag, findings, now)
    if kind == FlagEventKind.SEVERITY_RAISED:
        flag.severity = lead.severity
    if kind in (FlagEventKind.SEVERITY_RAISED, FlagEventKind.RENOTIFIED):
        _restart_clock(flag, lead, now)
    if is_broken(flag, findings) or kind == FlagEventKind.SEVERITY_RAISED:
        _wake(flag, lead, now)
    flag.evidence = [*flag.evidence, *new]
    flag.since = max(flag.since, _newest(findings))
    flag.evaluation = evaluation
    flag.data_cleared = False
    if lead.severity >= flag.severity:
        flag.rule, flag.explanation = lead.rule, lead.explanation
        flag.rule_set_version = evaluation.rule_set_version
    flag.save()
    if new:
        flag_events.add(flag, kind, at=now, text=lead.explanation)
    return bool(new)


def _what_changed(flag: Flag, findings: tuple[Finding, ...], now: datetime) -> FlagEventKind:
    """Name what new findings mean for an open flag (protocol 4.1.11)."""
    if findings[0].severity > flag.severity:
        return FlagEventKind.SEVERITY_RAISED
    silent = timedelta(hours=STANDARD.response.renotify_after_hours)
    again = findings[0].severity == Severity.EMERGENCY and findings[0].since > flag.since
    if again and flag.contacted_at is not None and now - flag.contacted_at > silent:
        return FlagEventKind.RENOTIFIED
    return FlagEventKind.EVIDENCE_ADDED


def _wake(flag: Flag, lead: Finding, now: datetime) -> None:
    if flag.snoozed_until is not None:
        end_snooze(flag)
        flag_events.add(flag, FlagEventKind.UNSNOOZED, at=now, text=lead.explanation)


def _is_new(item: dict[str, Any], evidence: list[dict[str, Any]]) -> bool:
    """Whether evidence lacks this fact, or knows it only at a lower severity.

    Silence can become more pressing without a newer fact, when another flag opens.
    """
    return not any(
        (known["rule"], known["since"]) == (item["rule"], item["since"])
        and known["severity"] >= item["severity"]
        for known in evidence
    )


def _restart_clock(flag: Flag, lead: Finding, now: datetime) -> None:
    """Ask for a look again, from the start."""
    flag.clock_started_at, flag.respond_by = now, now + _target(lead)
    flag.acknowledged_at = flag.contacted_at = None


def _clear(flag: Flag, history: History) -> bool:
    """Mark a flag whose condition is gone; only a routine one closes by itself."""
    held = {Rule(item["rule"]) for item in flag.evidence}
    if rules.may_clear(held, Severity(flag.severity), history):
        _close(flag, Disposition.CLEARED, FlagEventKind.AUTO_CLEARED, history.as_of)
        return True
    cleared = rules.is_absent(held, history)
    if cleared == flag.data_cleared:
        return False
    flag.data_cleared = cleared
    flag.save(update_fields=["data_cleared"])
    return True


def _close(flag: Flag, disposition: Disposition, kind: FlagEventKind, now: datetime) -> None:
    flag.closed_at, flag.disposition = now, disposition
    flag.save(update_fields=["closed_at", "disposition"])
    flag_events.add(flag, kind, at=now)


def _plan_recheck(surgery: Surgery, assessment: Assessment, now: datetime) -> None:
    """Ask again in three days, unless the patient is asked by then anyway."""
    wanted = assessment.recheck
    today = surgery.clinic.today(now)
    if wanted is None or wanted.due_on <= today:
        return
    extra = CheckIn.objects.awaited().filter(
        surgery=surgery, kind=CheckInKind.RECHECK, closes_at__gt=now
    )
    same_day = CheckIn.objects.awaited().filter(surgery=surgery, due_on=wanted.due_on)
    if extra.exists() or same_day.exists():
        return
    due_at = morning(surgery.clinic.zone, wanted.due_on)
    CheckIn.objects.bulk_create(
        [
            CheckIn(
                clinic_id=surgery.clinic_id,
                surgery=surgery,
                kind=CheckInKind.RECHECK,
                due_on=wanted.due_on,
                due_at=due_at,
                closes_at=due_at + ANSWER_WINDOW,
            )
        ],
        ignore_conflicts=True,
    )


def _newest(findings: Iterable[Finding]) -> datetime:
    return max(finding.since for finding in findings)


def _target(finding: Finding) -> timedelta:
    hours = STANDARD.response.hours(finding.rule, finding.severity)
    return timedelta(hours=hours)


def reassess(evaluation: Evaluation) -> dict[str, Any]:
    """Return what today's rules say of a stored evaluation's inputs."""
    return rules.assess(histories.stored(evaluation)).as_data()
