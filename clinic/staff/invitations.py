"""What an administrator does for somebody who cannot sign in: invite, end sessions, lost phone."""

from collections.abc import Callable
from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from django.http import HttpRequest

from clinic.staff import links, mail, sessions, sign_ins
from clinic.staff.models import User

INVITE = "invite"


@dataclass(frozen=True)
class Act:
    title: str
    question: str
    done: str
    do: Callable[[User, HttpRequest], None]


def invite(user: User, request: HttpRequest) -> None:
    """Send a new link to choose a password; an earlier one does not work any more.

    Raises:
        OSError: the mail server did not take it.
    """
    user.set_unusable_password()  # another one, to which earlier links do not fit
    user.save(update_fields=["password"])
    mail.send("invitation", user.email, link=links.make(user))
    _note("invitation sent", user, request)


def end_sessions(user: User, request: HttpRequest) -> None:
    sessions.end_all(user)
    _note("sessions ended by administrator", user, request)


def remove_second_factor(user: User, request: HttpRequest) -> None:
    """Forget the phone and keys of somebody who has lost them, who sets up new ones."""
    Authenticator.objects.filter(user=user).delete()
    sessions.end_all(user)
    if user.email:
        mail.post("changed", user.email, what="totp_deactivated")
    _note("second factor removed by administrator", user, request)


ACTS = {
    INVITE: Act(
        title="Send the invitation again",
        question="A new link to choose a password is sent. Earlier links stop working.",
        done="",
        do=invite,
    ),
    "end-sessions": Act(
        title="End all sessions",
        question="This person is signed out everywhere and can sign in again.",
        done="All sessions were ended.",
        do=end_sessions,
    ),
    "remove-second-factor": Act(
        title="Remove second factor (lost phone)",
        question="This person is signed out everywhere and signs in with the password alone until "
        "a new second factor is set up. Make sure that it is this person who asks: call back on a "
        "number you know.",
        done="The second factor was removed.",
        do=remove_second_factor,
    ),
}


def acts_for(user: User) -> dict[str, Act]:
    """Return what can be done for somebody: nobody who has a password is invited again."""
    invited = user.is_active and bool(user.email) and not user.has_usable_password()
    return {name: act for name, act in ACTS.items() if name != INVITE or invited}


def _note(event: str, user: User, request: HttpRequest) -> None:
    sign_ins.note(event, user=user, request=request, detail=f"by={request.user.pk}")
