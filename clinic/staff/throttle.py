"""How often somebody may try, counted in PostgreSQL: wrong passwords, codes, requests for links.

A try is counted before it is evaluated, by one conditional UPDATE, so that many at once are
still only as many as allowed; a right one is given back. Names count together with the address
they are tried from: a stranger elsewhere cannot lock anybody out.
"""

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from django.core.exceptions import ValidationError
from django.db.models import F
from django.utils.crypto import salted_hmac

from clinic.staff.models import Throttle

CODE = "throttled"


@dataclass(frozen=True)
class Limit:
    """So many tries of one kind in a stretch of time."""

    kind: str
    tries: int
    minutes: int


NAME_AND_ADDRESS = Limit("sign-in", tries=5, minutes=15)
ADDRESS = Limit("sign-in from", tries=60, minutes=60)
CODES = Limit("code", tries=5, minutes=15)  # whoever gets here has shown the password
LINKS_FROM = Limit("links from", tries=20, minutes=60)
LINKS_TO = Limit("links to", tries=3, minutes=60)


class TooManyTries(ValidationError):
    """A try that was not evaluated, with the time until the next one is."""

    def __init__(self, seconds: int) -> None:
        minutes = max(1, ceil(seconds / 60))
        wait = "a minute" if minutes == 1 else f"{minutes} minutes"
        super().__init__(f"Too many wrong tries. Wait {wait}, then try again.", code=CODE)
        self.seconds = seconds


def take(limit: Limit, *who: object, now: datetime) -> None:
    """Count a try.

    Raises:
        TooManyTries: there have been too many already; this one does not count.
    """
    key, stretch = _key(limit, *who), timedelta(minutes=limit.minutes)
    Throttle.objects.bulk_create([Throttle(key=key, since=now)], ignore_conflicts=True)
    row = Throttle.objects.filter(key=key)
    row.filter(since__lte=now - stretch).update(tries=0, since=now)
    if not row.filter(tries__lt=limit.tries).update(tries=F("tries") + 1):
        since = row.values_list("since", flat=True).get()
        raise TooManyTries(ceil((since + stretch - now).total_seconds()))


def give_back(limit: Limit, *who: object) -> None:
    """Take back the try that was right."""
    Throttle.objects.filter(key=_key(limit, *who), tries__gt=0).update(tries=F("tries") - 1)


def clear(limit: Limit, *who: object) -> None:
    """Forget the wrong tries of somebody who has now been right."""
    Throttle.objects.filter(key=_key(limit, *who)).update(tries=0)


def forget(now: datetime) -> int:
    """Delete what no longer limits anybody; return how many rows that were."""
    return Throttle.objects.filter(since__lt=now - timedelta(days=1)).delete()[0]


def network(ip: str) -> str:
    """Return what counts as one place: an IPv4 address, or the network of an IPv6 one."""
    parsed = ipaddress.ip_address(ip)
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(ipaddress.ip_network(f"{ip}/64", strict=False).network_address)
    return ip


def _key(limit: Limit, *who: object) -> str:
    """Nobody can read names from the table: people type passwords where names belong."""
    said = "\x1f".join(map(str, who))
    return salted_hmac(f"throttle {limit.kind}", said, algorithm="sha256").hexdigest()
