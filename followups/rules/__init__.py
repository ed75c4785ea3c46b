"""The clinical rules: a history in, an explained assessment out.

Pure functions over frozen facts: no database, clock, setting or memory. Every rule
answers with a finding, "not fired" or "not evaluable" and why. What is done with a
finding is decided elsewhere. Numbers live in ``followups.protocol``.
"""

from followups.rules.assessment import (
    Assessment,
    assess,
    canonical,
    in_lead_order,
    is_absent,
    may_clear,
    may_refire,
    next_change_at,
)
from followups.rules.catalogue import BY_RULE, CATALOGUE, Cause, Entry
from followups.rules.contact import is_lost
from followups.rules.data import history_as_data, history_from_data
from followups.rules.history import (
    Attempt,
    Baseline,
    History,
    ImagingState,
    KnownDeficit,
    MissedCheckIn,
    Report,
    Risk,
    Score,
    VisitState,
)
from followups.rules.outcomes import (
    Domain,
    Evidence,
    Finding,
    NotEvaluable,
    NotFired,
    Outcome,
)
from followups.rules.recheck import Recheck
from followups.rules.risk import assess_risk

__all__ = [
    "BY_RULE",
    "CATALOGUE",
    "Assessment",
    "Attempt",
    "Baseline",
    "Cause",
    "Domain",
    "Entry",
    "Evidence",
    "Finding",
    "History",
    "ImagingState",
    "KnownDeficit",
    "MissedCheckIn",
    "NotEvaluable",
    "NotFired",
    "Outcome",
    "Recheck",
    "Report",
    "Risk",
    "Score",
    "VisitState",
    "assess",
    "assess_risk",
    "canonical",
    "history_as_data",
    "history_from_data",
    "in_lead_order",
    "is_absent",
    "is_lost",
    "may_clear",
    "may_refire",
    "next_change_at",
]
