"""Addresses of the audit."""

from django.urls import path

from clinic.audit import views

app_name = "audit"
urlpatterns = [
    path("audit/", views.index, name="list"),
    path("audit/export/", views.export, name="export"),
    path("audit/<id:pk>/", views.entry, name="entry"),
    path("patients/<id:pk>/access/", views.access, name="access"),
]
