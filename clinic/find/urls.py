"""Addresses of the search field."""

from django.urls import path

from clinic.find import views

app_name = "find"
urlpatterns = [path("patients/find/", views.suggest, name="suggest")]
