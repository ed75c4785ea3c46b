"""How each member of staff likes the pages; the only writer of ``Preferences``."""

from typing import NamedTuple

from clinic.staff.access import Action, may
from clinic.staff.models import Preferences, User


class Home(NamedTuple):
    """A page somebody can begin the day with."""

    label: str
    address: str  # the name of one
    action: Action


HOMES = {
    "queue": Home("Review queue", "followups:queue", Action.REVIEW),
    "schedule": Home("Schedule", "followups:schedule", Action.REVIEW),
    "patients": Home("Patients", "patients:list", Action.SEE_PATIENTS),
    "rules": Home("Clinical rules", "followups:rules", Action.SEE_RULES),
    "texts": Home("Patients’ texts", "followups:texts", Action.SEE_TEXTS),
    "imports": Home("Import of patients", "exchange:imports", Action.IMPORT_PATIENTS),
    "audit": Home("Audit", "audit:list", Action.SEE_AUDIT),
}


def of(user: User) -> Preferences:
    """Return what somebody has chosen, or how the pages are without a choice."""
    try:
        return user.preferences
    except Preferences.DoesNotExist:
        return Preferences(user=user)


def save(user: User, **chosen: str | bool) -> None:
    """Keep somebody's choices; what is not named stays as it was."""
    Preferences.objects.update_or_create(user=user, defaults=chosen)


def homes(user: User) -> dict[str, Home]:
    """Return the pages somebody may choose to begin with."""
    return {name: home for name, home in HOMES.items() if may(user, home.action)}


def home(user: User) -> str:
    """Return the name of the address somebody chose to begin with, "" for none.

    A choice that the role no longer allows counts as none.
    """
    chosen = homes(user).get(of(user).home)
    return chosen.address if chosen else ""
