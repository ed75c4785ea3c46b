from django.apps import AppConfig


class StaffConfig(AppConfig):
    """Clinics, and the people who work in them."""

    name = "clinic.staff"
    label = "staff"
    verbose_name = "Clinics and staff"

    def ready(self) -> None:
        """Hear of sign-ins, which Django and allauth tell by signals alone; add our checks."""
        from django.contrib.auth.signals import user_logged_in

        from clinic.staff import checks, sessions, sign_ins

        checks.register()

        user_logged_in.connect(sessions.begin, dispatch_uid="clinic.sessions")
        sign_ins.listen()
