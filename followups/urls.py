"""Addresses of the review queue."""

from django.urls import path

from followups.views import queue, review, rules

app_name = "followups"
urlpatterns = [
    path("rules/", rules.index, name="rules"),
    path("queue/", queue.index, name="queue"),
    path("queue/case/<id:pk>/", queue.case, name="case"),
    path("queue/case/<id:pk>/claim/", review.claim, name="claim"),
    path("queue/case/<id:pk>/release/", review.release, name="release"),
    path("queue/case/<id:pk>/acknowledge/", review.acknowledge, name="acknowledge"),
    path("queue/case/<id:pk>/contact/", review.contact, name="contact"),
    path("queue/case/<id:pk>/resolve/", review.resolve, name="resolve"),
]
