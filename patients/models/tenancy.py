"""Every record belongs to one clinic, and may point only to records of that clinic.

The application asks through ``for_user``; behind it the database itself shows the
application's role no other clinic's rows, and refuses a row that mixes clinics, whatever
wrote it.
"""

from functools import cache
from typing import TYPE_CHECKING, Any, Self, cast

from django.db import models
from django.db.backends.ddl_references import Statement
from django.db.models.constraints import BaseConstraint

from patients.reach import veiled_from

if TYPE_CHECKING:
    from clinic.staff.models import User


class ClinicQuerySet(models.QuerySet):
    """The one entry point to patient data: what this user's clinic owns."""

    def for_user(self, user: "User") -> Self:
        """Rows this user may reach: their clinic's, without records closed to them.

        A superuser reaches every clinic.
        """
        veiled, rows = veiled_from(user.pk), self.in_clinic(user)
        path = path_to_patient(self.model)
        return rows.exclude(**{f"{path}__in": veiled}) if veiled and path else rows

    def veiled_for(self, user: "User") -> Self:
        """Rows of the clinic whose patient's record is closed to this user.

        For saying that there is something, never what or about whom.
        """
        rows = self.in_clinic(user)
        return rows.filter(**{f"{path_to_patient(self.model)}__in": veiled_from(user.pk)})

    def in_clinic(self, user: "User") -> Self:
        """All rows of the user's clinic, records closed to them among these: for counting."""
        return self.all() if user.is_superuser else self.filter(clinic_id=user.clinic_id)


@cache
def path_to_patient(model: type[models.Model]) -> str:
    """Return the lookup that leads from a model to the id of the patient it is about.

    Empty for a model that is about none.
    """
    names = {field.name for field in model._meta.fields}
    if model._meta.label == "patients.Patient":
        return "pk"
    for name in ("patient", "patient_id"):
        if name in names:
            return name
    steps = ("surgery", "check_in", "visit", "flag", "opening", "restriction")
    step = next((name for name in steps if name in names), None)
    if step is None:
        return ""
    target = cast(type[models.Model], model._meta.get_field(step).related_model)
    return f"{step}__{path_to_patient(target)}"


class SameClinic(BaseConstraint):
    """A composite foreign key (field, clinic) -> (id, clinic).

    Django's own foreign key checks that the target exists; this one checks that it
    belongs to the same clinic. A NULL field passes, as with any foreign key.
    """

    def __init__(self, *, field: str, name: str) -> None:
        super().__init__(name=name)
        self.field = field

    def _definition(self, model: Any, schema_editor: Any) -> str:
        field = model._meta.get_field(self.field)
        quote = schema_editor.quote_name
        target = field.remote_field.model._meta
        return (
            f"CONSTRAINT {quote(self.name)} "
            f"FOREIGN KEY ({quote(field.column)}, {quote('clinic_id')}) "
            f"REFERENCES {quote(target.db_table)} ({quote('id')}, {quote('clinic_id')})"
        )

    def constraint_sql(
        self,
        model: Any,
        schema_editor: Any,
    ) -> str:
        # Added by its own statement below: the target's unique key must exist first.
        schema_editor.deferred_sql.append(self.create_sql(model, schema_editor))
        return ""

    def create_sql(
        self,
        model: Any,
        schema_editor: Any,
    ) -> Any:
        return Statement(
            "ALTER TABLE %(table)s ADD %(definition)s",
            table=schema_editor.quote_name(model._meta.db_table),
            definition=self._definition(model, schema_editor),
        )

    def remove_sql(
        self,
        model: Any,
        schema_editor: Any,
    ) -> Any:
        return Statement(
            "ALTER TABLE %(table)s DROP CONSTRAINT %(name)s",
            table=schema_editor.quote_name(model._meta.db_table),
            name=schema_editor.quote_name(self.name),
        )

    def validate(self, *args: Any, **kwargs: Any) -> None:
        """Leave the verdict to the database: forms never offer another clinic's rows."""

    def deconstruct(self) -> Any:
        path, args, kwargs = super().deconstruct()
        return path, args, {**kwargs, "field": self.field}

    def __eq__(self, other: object) -> bool:
        if isinstance(other, SameClinic):
            return (self.name, self.field) == (other.name, other.field)
        return NotImplemented

    __hash__ = None  # type: ignore[assignment]


def clinic_key(name: str) -> models.UniqueConstraint:
    """The key that composite foreign keys of the same clinic point to."""
    return models.UniqueConstraint(fields=["id", "clinic"], name=name)


class OwnRows(BaseConstraint):
    """Row-level security: the application's role meets only the clinics it has named.

    The second line behind ``for_user``: a query that forgets it returns nothing of
    anybody else's. See ``patients.reach`` for the naming, and for who is exempt.
    """

    _reached = (
        "clinic_id = ANY (string_to_array("
        "nullif(current_setting('fuseline.clinics', true), ''), ',')::bigint[])"
    )

    def constraint_sql(self, model: Any, schema_editor: Any) -> str:
        schema_editor.deferred_sql.append(self.create_sql(model, schema_editor))
        return ""

    def create_sql(self, model: Any, schema_editor: Any) -> Any:
        return Statement(
            "ALTER TABLE %(table)s ENABLE ROW LEVEL SECURITY;"
            " CREATE POLICY %(name)s ON %(table)s TO fuseline_app USING (%(reached)s);"
            " CREATE POLICY %(every)s ON %(table)s TO fuseline_service USING (true)",
            table=schema_editor.quote_name(model._meta.db_table),
            name=schema_editor.quote_name(self.name),
            every=schema_editor.quote_name(f"{self.name}_service"),
            reached=self._reached,
        )

    def remove_sql(self, model: Any, schema_editor: Any) -> Any:
        return Statement(
            "DROP POLICY %(name)s ON %(table)s; DROP POLICY %(every)s ON %(table)s;"
            " ALTER TABLE %(table)s DISABLE ROW LEVEL SECURITY",
            table=schema_editor.quote_name(model._meta.db_table),
            name=schema_editor.quote_name(self.name),
            every=schema_editor.quote_name(f"{self.name}_service"),
        )

    def validate(self, *args: Any, **kwargs: Any) -> None:
        """Nothing a form could check: the database decides what exists."""

    def __eq__(self, other: object) -> bool:
        return self.name == other.name if isinstance(other, OwnRows) else NotImplemented

    __hash__ = None  # type: ignore[assignment]
