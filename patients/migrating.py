"""Operations for migrations that Django lacks."""

from collections.abc import Sequence
from typing import Any

from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState


class AllAtOnce(Operation):
    """Add many constraints, indexes and triggers, in this order.

    Django makes every related model anew after each of them, which for a schema held by
    constraints takes nine tenths of a migration's time; here that happens once.
    """

    def __init__(self, operations: Sequence[Any]) -> None:
        self.operations = operations

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        models = state.__dict__.pop("apps", None)  # without them a change is only noted
        for operation in self.operations:
            operation.state_forwards(app_label, state)
        if models is not None:
            state.__dict__["apps"] = models
            names = {operation.model_name.lower() for operation in self.operations}
            state.reload_models([(app_label, name) for name in names], delay=True)

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        for operation in self.operations:
            operation.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        for operation in reversed(self.operations):
            operation.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        return f"Add {len(self.operations)} constraints, indexes and triggers"
