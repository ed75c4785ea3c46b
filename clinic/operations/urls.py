"""Addresses about the system itself."""

from django.urls import path

from clinic.operations import system, views

app_name = "operations"
urlpatterns = [
    path("healthz", views.health, name="health"),
    path("metrics", views.metrics, name="metrics"),
    path("system/", system.system, name="system"),
    path("system/on-call/", system.on_call, name="on_call"),
    path("system/hold/", system.hold, name="hold"),
    path("system/release/", system.release, name="release"),
    path("system/messages/", system.decide, name="decide"),
    path("demo/messages/", views.messages, name="messages"),
]
