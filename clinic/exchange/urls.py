"""Addresses of the import, and of lists as files."""

from django.urls import path

from clinic.exchange import views

app_name = "exchange"
urlpatterns = [
    path("imports/", views.index, name="imports"),
    path("imports/apply/", views.apply, name="apply"),
    path("queue/export/", views.queue, name="queue"),
]
