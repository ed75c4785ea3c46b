"""Addresses for patients: a check-in by its link, and endings that name no link."""

from django.urls import path

from followups.views import check_in

app_name = "check_in"
urlpatterns = [
    path("end/<slug:ending>/", check_in.end, name="end"),
    path("<str:token>/", check_in.start, name="start"),
    # some mail programs cut the last character off a link
    path("<str:token>", check_in.start),
]
