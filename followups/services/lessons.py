"""Give patients short texts that fit their phase, once each, and note what became of them."""

from datetime import datetime
from uuid import UUID

from django.db.models import F
from django.db.models.functions import Coalesce

from followups.models import CheckIn, Lesson
from followups.questionnaire import Sheet
from followups.texts import lessons_on
from patients.models import SymptomReport


def give(
    check_in: CheckIn, *, sheet: Sheet, report: SymptomReport, now: datetime
) -> tuple[str, ...]:
    """Give the lessons of this phase; return those not understood yet, new ones first."""
    surgery = check_in.surgery
    pod = surgery.postoperative_day(report.reported_on)
    phases = lessons_on(
        pod, smokes="nicotine" in sheet.names, limits_until_pod=surgery.restriction_end_pod
    )
    fitting = [phase.name for phase in phases]
    Lesson.objects.bulk_create(
        [
            Lesson(clinic_id=check_in.clinic_id, surgery=surgery, module=module, given_at=now)
            for module in fitting
        ],
        ignore_conflicts=True,
    )
    open_ones = Lesson.objects.filter(surgery=surgery, module__in=fitting).exclude(understood=True)
    return tuple(open_ones.order_by("-given_at", "pk").values_list("module", flat=True))


def find(module: str, *, form_id: UUID) -> Lesson | None:
    """Return the lesson of whoever sent this form."""
    return Lesson.objects.filter(module=module, surgery__reports__submission_id=form_id).first()


def open_lesson(lesson: Lesson, *, now: datetime) -> None:
    """Note that the text was opened; the first time counts."""
    Lesson.objects.filter(pk=lesson.pk, opened_at=None).update(opened_at=now)


def answer(lesson: Lesson, *, understood: bool, now: datetime) -> None:
    """Note the answer to the question at its end; a better one may replace it."""
    Lesson.objects.filter(pk=lesson.pk).exclude(understood=True).update(
        opened_at=Coalesce(F("opened_at"), now), answered_at=now, understood=understood
    )
