"""Doors for providers: what became of our messages, and what patients text us.

Nobody signs in here. A call counts only if it is signed, over the address the provider knows,
with the secret we share; and only once, however often it is repeated.
"""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.adapter import get_adapter
from anymail.exceptions import AnymailWebhookValidationFailure
from django.conf import settings
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import escape
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from clinic.operations.reports import incoming_text, mail_reports, text_report
from clinic.staff import throttle
from clinic.staff.access import public
from clinic.staff.models import Clinic
from followups.notify.signatures import is_signed
from followups.services import inbound, receipts
from patients.reach import EVERY_CLINIC, reach

logger = logging.getLogger(__name__)

LARGEST_BODY = 128 * 1024
FORGED = throttle.Limit("forged call from", tries=60, minutes=10)
CALLER = "webhook"  # what the audit names, as nobody is signed in

View = Callable[..., HttpResponse]


def readable(view: View) -> View:
    """Refuse a body no provider sends, and one that is no form at all."""

    @wraps(view)
    def limited(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if int(request.headers.get("Content-Length") or 0) > LARGEST_BODY:
            return HttpResponse(status=413)
        try:
            request.POST  # noqa: B018  reads and parses the body
        except (SuspiciousOperation, BadRequest, UnicodeError):
            return HttpResponse(status=400)
        return view(request, *args, **kwargs)

    return limited


def signed(view: View) -> View:
    """Let only the provider of text messages in; whoever forges too often waits."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not settings.SMS_URL:
            raise Http404
        url = settings.SITE_URL + request.get_full_path()  # behind a proxy ours looks different
        form = {name: request.POST.getlist(name) for name in request.POST}
        given = request.headers.get("X-Twilio-Signature", "")
        if not is_signed(given, url=url, form=form, token=settings.SMS_TOKEN):
            return forged(request)
        return view(request, *args, **kwargs)

    return checked


def forged(request: HttpRequest) -> HttpResponse:
    """Refuse a call that nobody we know has signed."""
    place = throttle.network(get_adapter().get_client_ip(request))
    try:
        throttle.take(FORGED, place, now=timezone.now())
    except throttle.TooManyTries as error:
        return HttpResponse(status=429, headers={"Retry-After": str(error.seconds)})
    logger.warning("a call without a valid signature was refused")
    return HttpResponse(status=403)


@public
@csrf_exempt
@require_POST
@readable
@signed
def sms_status(request: HttpRequest, reference: str) -> HttpResponse:
    """Take in what became of a text message."""
    report = text_report(request.POST, reference)
    if report is None:
        return HttpResponse(status=400)
    with reach(EVERY_CLINIC, request=CALLER):
        receipts.record(report, now=timezone.now())
    return HttpResponse(status=204)


@public
@csrf_exempt
@require_POST
@readable
@signed
def sms_inbound(request: HttpRequest) -> HttpResponse:
    """Take in a text somebody sent; what to answer stands in the reply, if anything does."""
    incoming, number = incoming_text(request.POST), request.POST.get("To", "")
    if incoming is None:
        return HttpResponse(status=400)
    with reach(EVERY_CLINIC, request=CALLER):
        own = Clinic.objects.filter(sms_number=number) if number else Clinic.objects.none()
        clinics = list(own) or list(Clinic.objects.filter(sms_number=""))
        answer = inbound.receive(incoming, clinics=clinics, now=timezone.now())
    said = f"<Message>{escape(answer)}</Message>" if answer else ""
    return HttpResponse(f"<Response>{said}</Response>", content_type="text/xml")


@public
@csrf_exempt
@require_http_methods(["HEAD", "POST"])
def mail(request: HttpRequest) -> HttpResponse:
    """Take in what became of e-mails, from the provider named in the settings."""
    if not settings.MAIL_REPORTS_FROM:
        raise Http404
    if request.method == "HEAD":  # some providers look whether anybody is here
        return HttpResponse()
    try:
        reports = mail_reports(request)
    except AnymailWebhookValidationFailure:
        return forged(request)
    except (LookupError, TypeError, ValueError, AttributeError):
        return HttpResponse(status=400)
    with reach(EVERY_CLINIC, request=CALLER):
        for report in reports:
            receipts.record(report, now=timezone.now())
    return HttpResponse(status=204)
