"""Who is behind a session: the user with their clinic, in one query."""

from django.contrib.auth.backends import ModelBackend

from clinic.staff.models import User


class StaffBackend(ModelBackend):
    """Django's check of name and password; every page needs the clinic too."""

    def get_user(self, user_id: int) -> User | None:
        user = User.objects.select_related("clinic").filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None
