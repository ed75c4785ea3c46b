"""Risk factors as the rules and the queue use them."""

from followups.priority import RiskFacts, risk_points
from followups.protocol import STANDARD, Protocol
from followups.rules.history import Risk


def assess_risk(facts: RiskFacts, protocol: Protocol = STANDARD) -> Risk:
    """Return the factors present, their points and what is not known."""
    score = risk_points(facts, protocol)
    return Risk(
        factors=frozenset(factor.value for factor, _ in score.parts),
        points=score.points,
        unknown=frozenset(score.unknown),
    )
