"""Addresses of the import."""

from django.urls import path

from clinic.exchange import views

app_name = "exchange"
urlpatterns = [
    path("imports/", views.index, name="imports"),
    path("imports/apply/", views.apply, name="apply"),
]
