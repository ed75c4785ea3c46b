"""For what must not happen on a screen somebody walked away from: show again who you are.

``@recently_signed_in`` goes below ``@requires``. Whoever has not shown a password or second
factor within five minutes is asked for one; a form that was being sent is kept and goes on.
"""

import time
from collections.abc import Callable
from typing import cast

from allauth.account.decorators import reauthentication_required
from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.http import HttpRequest

from clinic.staff.access import View
from clinic.staff.models import User

recently_signed_in = cast(Callable[[View], View], reauthentication_required)


def is_recent(request: HttpRequest) -> bool:
    """Whether the one signed in has shown a password or second factor just now."""
    user = request.user
    shown = get_authentication_records(request, user) if isinstance(user, User) else []
    last = max((record["at"] for record in shown), default=0)
    return time.time() - last < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
