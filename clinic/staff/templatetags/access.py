"""Ask in a template what the views ask: may this person do that?"""

from django import template
from django.contrib.auth.models import AnonymousUser

from clinic.staff.access import Action, may
from clinic.staff.models import User

register = template.Library()


@register.filter(name="may")
def may_do(user: User | AnonymousUser, action: str) -> bool:
    """Return whether ``user`` may do ``action``: {% if user|may:"review" %}."""
    return isinstance(user, User) and may(user, Action(action))
