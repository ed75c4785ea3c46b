"""The form of one's own settings."""

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms

from clinic.staff import preferences
from clinic.staff.access import Action, may
from clinic.staff.models import Density, Preferences, Theme, User
from followups.forms.queue import QueueView

ROLES_OWN = ("", "As usual for my role")
LISTS = [(each.value, each.label) for each in QueueView if each != QueueView.RESOLVED_TODAY]


class PreferencesForm(forms.Form):
    """What is offered depends on what somebody may open."""

    theme = forms.ChoiceField(choices=Theme, widget=forms.RadioSelect, label="Colours")
    density = forms.ChoiceField(choices=Density, widget=forms.RadioSelect, label="Lists")
    keys_on = forms.BooleanField(
        required=False,
        label="Single-key shortcuts",
        help_text="Like / to find a patient. Off, if you dictate or a key is pressed by mistake;"
        " every key has a button too.",
    )
    home = forms.ChoiceField(required=False, label="Page to begin with")
    queue_view = forms.ChoiceField(
        required=False, choices=LISTS, label="List of the queue to begin with"
    )

    def __init__(self, data: Any = None, *, user: User) -> None:
        kept = preferences.of(user)
        names = [field.name for field in Preferences._meta.fields if field.name != "user"]
        super().__init__(data, initial={name: getattr(kept, name) for name in names})
        pages = [(name, home.label) for name, home in preferences.homes(user).items()]
        self.fields["home"].choices = [ROLES_OWN, *pages]  # type: ignore[attr-defined]
        if not may(user, Action.REVIEW):
            del self.fields["queue_view"]
        self.helper = FormHelper()
        self.helper.form_tag = False
