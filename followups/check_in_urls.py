"""Addresses for patients: a check-in by its link, and pages that name no link."""

from django.urls import path

from followups.views import check_in, lessons

app_name = "check_in"
urlpatterns = [
    path("end/<slug:ending>/", check_in.end, name="end"),
    path("learn/<slug:module>/", lessons.learn, name="learn"),
    path("<str:token>/", check_in.start, name="start"),
    # some mail programs cut the last character off a link
    path("<str:token>", check_in.start),
    path("<str:token>/<slug:step>/", check_in.start, name="step"),
]
