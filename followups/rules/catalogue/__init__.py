"""The rules in one place: what each is, how it is judged and what it may mean.

The order is the order of evaluation: a rule comes after the rules it ``needs``, and
sees the outcomes of those and no others. Possible causes and what to consider are
options for a clinician, never orders. Numbers in the texts are read from the standard
protocol.
"""

from followups.rules.catalogue.alarms import ALARMS
from followups.rules.catalogue.entry import Cause, Entry
from followups.rules.catalogue.pain import PAIN
from followups.rules.catalogue.process import PROCESS
from followups.rules.catalogue.recovery import RECOVERY
from followups.rules.catalogue.structure import STRUCTURE

CATALOGUE: tuple[Entry, ...] = (*ALARMS, *PAIN, *STRUCTURE, *RECOVERY, *PROCESS)

BY_RULE = {entry.rule: entry for entry in CATALOGUE}

__all__ = ["BY_RULE", "CATALOGUE", "Cause", "Entry"]
