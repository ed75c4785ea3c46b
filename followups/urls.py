"""Addresses of the review queue."""

from django.urls import path

from followups.views import (
    changes,
    inbox,
    letters,
    page,
    queue,
    review,
    rules,
    steps,
    texts,
    undoing,
)

app_name = "followups"
urlpatterns = [
    path("rules/", rules.index, name="rules"),
    path("messages/", inbox.index, name="inbox"),
    path("messages/<id:pk>/handled/", inbox.handle, name="inbox_handle"),
    path("letters/", letters.index, name="letters"),
    path("letters/print/", letters.printed, name="letters_print"),
    path("letters/sent/", letters.sent, name="letters_sent"),
    path("letters/<id:pk>/drop/", letters.drop, name="letter_drop"),
    path("texts/", texts.index, name="texts"),
    path("texts/sign/", texts.sign, name="texts_sign"),
    path("queue/", queue.index, name="queue"),
    path("queue/changes/", changes.index, name="changes"),
    path("queue/undo/", undoing.undo, name="undo"),
    path("queue/pages/<id:pk>/", page.page, name="page"),
    path("queue/case/<id:pk>/", queue.case, name="case"),
    path("queue/case/<id:pk>/claim/", review.claim, name="claim"),
    path("queue/case/<id:pk>/release/", review.release, name="release"),
    path("queue/case/<id:pk>/acknowledge/", review.acknowledge, name="acknowledge"),
    path("queue/case/<id:pk>/contact/", review.contact, name="contact"),
    path("queue/case/<id:pk>/resolve/", review.resolve, name="resolve"),
    path("queue/case/<id:pk>/snooze/", steps.snooze, name="snooze"),
    path("queue/case/<id:pk>/wake/", steps.wake, name="wake"),
    path("queue/case/<id:pk>/imaging/", steps.request_imaging, name="imaging"),
    path("queue/case/<id:pk>/result/", steps.result, name="result"),
    path("queue/case/<id:pk>/hand-over/", steps.hand_over, name="hand_over"),
    path("queue/case/<id:pk>/pin/", steps.pin, name="pin"),
    path("queue/case/<id:pk>/unpin/", steps.unpin, name="unpin"),
    path("queue/case/<id:pk>/reopen/", steps.reopen, name="reopen"),
    path("queue/case/<id:pk>/visit/", steps.visit, name="case_visit"),
]
