"""Who a patient is, how to reach them, what raises their risk, whether they are followed."""

from datetime import date
from typing import TYPE_CHECKING, Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Fieldset, Layout, Row
from django import forms
from django.http import QueryDict

from followups.forms.seen import SeenForm
from followups.texts import LANGUAGES
from patients.asked import Asked, read
from patients.choices import (
    ChannelKind,
    Diabetes,
    PatientStatus,
    Sex,
    Smoking,
)
from patients.fields import (
    EmailAddressField,
    IsoDateField,
    LineField,
    MeasureField,
    MrnField,
    NameField,
    PhoneField,
    TextField,
)
from patients.models import ContactChannel, Patient, RiskProfile, Surgery
from patients.services import PATIENT_FACTS

if TYPE_CHECKING:
    from clinic.staff.models import Clinic

RISKS = (
    "smoking",
    "diabetes",
    "hba1c",
    "osteoporosis",
    "autoimmune",
    "bmi",
    "chronic_opioids",
    "mental_health",
    "vitamin_d_deficiency",
)
NOT_KNOWN = ("", "Not known")


def _known_or_not(label: str, choices: list[tuple[str, str]]) -> forms.TypedChoiceField:
    """One of these words, or not known, which is never the same as none."""
    return forms.TypedChoiceField(
        label=label,
        choices=[NOT_KNOWN, *choices],
        required=False,
        empty_value=None,
    )


def _yes_or_no(label: str) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label,
        choices=[NOT_KNOWN, ("True", "Yes"), ("False", "No")],
        coerce=lambda word: word == "True",
        required=False,
        empty_value=None,
    )


def _consent(means: str) -> forms.BooleanField:
    return forms.BooleanField(label=f"Patient agreed to {means}", required=False)


class PatientForm(SeenForm):
    """The whole record of a person, to register or to edit."""

    mrn = MrnField(label="Record number", max_length=40)
    given_name = NameField(label="Given name")
    family_name = NameField(label="Family name")
    date_of_birth = IsoDateField(label="Date of birth")
    sex = forms.ChoiceField(choices=Sex, initial=Sex.UNKNOWN)
    language = forms.ChoiceField(choices=LANGUAGES, label="Language for messages")

    email = EmailAddressField(label="E-mail", max_length=254, required=False)
    email_agreed = _consent("e-mails")
    sms = PhoneField(label="Mobile number for texts", required=False)
    sms_agreed = _consent("texts")
    phone = PhoneField(label="Telephone", required=False)
    phone_agreed = _consent("calls")
    letter = TextField(
        label="Address for letters",
        max_length=254,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="As it stands on an envelope, below the name.",
    )
    letter_agreed = _consent("letters")
    preferred = forms.ChoiceField(
        label="Asked first by",
        required=False,
        choices=[
            ("", "No preference"),
            (ChannelKind.EMAIL.value, "E-mail"),
            (ChannelKind.SMS.value, "Text message"),
        ],
        help_text="The last reminder of a check-in goes the other way, if there is one.",
    )
    calling_note = LineField(
        label="For calls",
        max_length=120,
        required=False,
        help_text="Best time, who may pick up: “Mornings. Lives alone.”",
    )
    emergency_contact = LineField(
        label="Emergency contact",
        max_length=120,
        required=False,
        help_text="Name and relation: “Ruth, daughter”.",
    )
    emergency_phone = PhoneField(label="Their telephone", required=False)

    smoking = _known_or_not("Smoking", Smoking.choices)
    diabetes = _known_or_not("Diabetes", Diabetes.choices)
    hba1c = MeasureField(label="HbA1c (%)", lowest=3, highest=20, required=False)
    bmi = MeasureField(label="Body mass index", lowest=10, highest=100, required=False)
    osteoporosis = _yes_or_no("Osteoporosis")
    autoimmune = _yes_or_no("Autoimmune disease or immunosuppressants")
    chronic_opioids = _yes_or_no("Long-term opioids before surgery")
    mental_health = _yes_or_no("Depression or anxiety diagnosed")
    vitamin_d_deficiency = _yes_or_no("Vitamin D deficiency")

    def __init__(
        self, data: QueryDict | None = None, *, clinic: "Clinic", patient: Patient | None = None
    ) -> None:
        self.clinic, self.patient = clinic, patient
        self.namesake: int | None = None  # whose number this is: perhaps a closed record
        super().__init__(data, initial=self.on_record())
        for channel in ContactChannel.objects.filter(patient=patient) if patient else ():
            if said := _unusable(channel):
                self.fields[channel.kind].help_text = said
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.layout = _layout()

    def on_record(self) -> dict[str, Any]:
        return _initial(self.patient) if self.patient else {}

    def clean_date_of_birth(self) -> date:
        born: date = self.cleaned_data["date_of_birth"]
        if (
            self.patient
            and Surgery.objects.filter(patient=self.patient, performed_on__lt=born).exists()
        ):
            raise forms.ValidationError("This is after an operation on record.", code="late")
        return born

    def clean_mrn(self) -> str:
        """Refuse a record number that belongs to somebody else, and remember whom."""
        mrn: str = self.cleaned_data["mrn"]
        others = Patient.objects.filter(clinic=self.clinic, mrn=mrn)
        if self.patient is not None:
            others = others.exclude(pk=self.patient.pk)
        self.namesake = others.values_list("pk", flat=True).first()
        if self.namesake is not None:
            raise forms.ValidationError("This record number is already in use here.", code="taken")
        return mrn

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for kind in ChannelKind:
            if cleaned.get(f"{kind}_agreed") and cleaned.get(kind.value) == "":
                self.add_error(kind.value, f"Enter the {kind.label.lower()} address.")
        if cleaned.get("emergency_phone") and cleaned.get("emergency_contact") == "":
            self.add_error("emergency_contact", "Say whose number this is.")
        preferred = cleaned.get("preferred")
        if preferred and not cleaned.get(f"{preferred}_agreed"):
            self.add_error("preferred", "The patient has not agreed to be asked this way.")
        return cleaned

    def facts(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in PATIENT_FACTS}

    def channels(self, *, agreed: bool) -> dict[ChannelKind, str]:
        """Return the addresses the patient agreed to have used, or the other ones."""
        return {
            kind: self.cleaned_data[kind.value]
            for kind in ChannelKind
            if self.cleaned_data[f"{kind}_agreed"] == agreed
        }

    def risks(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in RISKS}

    def risks_changed(self) -> bool:
        """Say whether anything is known now that was not on record before."""
        return any(self.risks()[name] != self.initial.get(name) for name in RISKS)


class StatusForm(SeenForm):
    """Whether a patient is still followed, and since when not."""

    status = forms.ChoiceField(choices=PatientStatus, widget=forms.RadioSelect)
    since = IsoDateField(
        label="Date",
        required=False,
        help_text="Of death, withdrawal or transfer. Not needed for an active patient.",
    )

    def __init__(self, data: QueryDict | None = None, *, patient: Patient, today: date) -> None:
        self.patient, self.today = patient, today
        super().__init__(data, initial=self.on_record())
        self.helper = FormHelper()
        self.helper.form_tag = False

    def on_record(self) -> dict[str, Any]:
        return {"status": self.patient.status, "since": self.patient.status_since}

    def clean_since(self) -> date | None:
        since: date | None = self.cleaned_data["since"]
        if since is not None and since > self.today:
            raise forms.ValidationError("This date is in the future.", code="future")
        return since

    def facts(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("status", "since")}


class FindForm(forms.Form):
    """What the patient list is asked for."""

    q = TextField(
        label="Name, record number, birth date or telephone",
        max_length=100,
        required=False,
    )
    status = forms.ChoiceField(choices=[("", "Everyone"), *PatientStatus.choices], required=False)
    after = forms.RegexField(r"^[0-9]{1,18}\Z", required=False, widget=forms.HiddenInput)

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        self.asked = Asked()
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(
            Row(Column("q", css_class="col-sm-7"), Column("status", css_class="col-sm-5"))
        )

    def clean_q(self) -> str:
        """Keep what was typed, and read it."""
        text: str = self.cleaned_data["q"]
        self.asked = read(text)
        return text


def _unusable(channel: ContactChannel) -> str:
    """Return why nothing is sent to an address although it is on record."""
    if channel.opted_out_at is not None:
        return "The patient opted out: not used any more."
    if channel.closed_at is not None:
        return f"{channel.get_close_reason_display()}: not used until it is changed."
    return ""


def _initial(patient: Patient) -> dict[str, Any]:
    initial = {name: getattr(patient, name) for name in PATIENT_FACTS}
    for channel in ContactChannel.objects.filter(patient=patient):
        initial[channel.kind] = channel.address
        initial[f"{channel.kind}_agreed"] = channel.consented_on is not None
        if channel.is_preferred:
            initial["preferred"] = channel.kind
    profile = RiskProfile.objects.filter(patient=patient).order_by("recorded_on").last()
    if profile is not None:
        initial |= {name: getattr(profile, name) for name in RISKS}
    return initial


def _layout() -> Layout:
    def thirds(*names: str) -> Row:
        return Row(*(Column(name, css_class="col-md-4") for name in names))

    return Layout(
        "seen",
        Fieldset(
            "Who",
            thirds("mrn", "given_name", "family_name"),
            thirds("date_of_birth", "sex", "language"),
        ),
        Fieldset(
            "How to reach them",
            Row(
                *(
                    Column(kind.value, f"{kind}_agreed", css_class="col-md-6 col-xl-3")
                    for kind in ChannelKind
                )
            ),
            thirds("preferred"),
            thirds("calling_note", "emergency_contact", "emergency_phone"),
        ),
        Fieldset(
            "What raises the risk",
            thirds("smoking", "diabetes", "hba1c"),
            thirds("bmi", "osteoporosis", "autoimmune"),
            thirds("chronic_opioids", "mental_health", "vitamin_d_deficiency"),
        ),
    )
