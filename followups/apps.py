from django.apps import AppConfig


class FollowupsConfig(AppConfig):
    """The process: what we await, send, chase, flag, review and resolve."""

    name = "followups"
    verbose_name = "Follow-up"
