"""Clinical cases written by clinicians, run through the real rules.

A file holds whole courses with the answer expected of the rules. Nothing here reads a
database, a clock or a setting, and nothing of it is part of a request.
"""

from followups.vignettes.cases import Case
from followups.vignettes.problems import BadFile, Problem
from followups.vignettes.reading import read
from followups.vignettes.verdicts import Verdict, judge

__all__ = ["BadFile", "Case", "Problem", "Verdict", "judge", "read"]
