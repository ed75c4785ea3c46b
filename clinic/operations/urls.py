"""Addresses about the system itself."""

from django.urls import path

from clinic.operations import views

app_name = "operations"
urlpatterns = [
    path("healthz", views.health, name="health"),
    path("demo/messages/", views.messages, name="messages"),
]
