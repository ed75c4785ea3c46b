"""Addresses that providers call; they stand in the providers' settings, so they stay."""

from django.urls import path

from clinic.operations import hooks

app_name = "hooks"
urlpatterns = [
    path("mail/", hooks.mail, name="mail"),
    path("sms/inbound/", hooks.sms_inbound, name="sms_inbound"),
    path("sms/status/<slug:reference>/", hooks.sms_status, name="sms_status"),
]
