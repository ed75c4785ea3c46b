"""Addresses of restricted records, copies for patients, and what is watched of them."""

from django.urls import path

from clinic.privacy import packs, views

app_name = "privacy"
urlpatterns = [
    path("patients/<id:pk>/restrict/", views.restrict, name="restrict"),
    path("patients/<id:pk>/open/", views.break_glass, name="open"),
    path("patients/<id:pk>/export/", views.export, name="export"),
    path("patients/<id:pk>/surgery/<id:surgery_pk>/pack/", packs.make, name="pack"),
    path("openings/", views.openings_of_the_week, name="openings"),
    path("openings/<id:opening>/close/", views.close, name="close"),
    path("retention/", views.kept, name="retention"),
]
