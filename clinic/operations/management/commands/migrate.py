"""Django's migrate, after which every database role has its rights and no others."""

from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands.migrate import Command as Migrate
from django.db import ProgrammingError

from clinic import database_roles


class Command(Migrate):
    def handle(self, *args: Any, **options: Any) -> None:
        try:
            database_roles.make()
        except ProgrammingError as error:
            roles = "; ".join(f"CREATE ROLE {role} NOLOGIN" for role in database_roles.ROLES)
            raise CommandError(
                f"This account may not create database roles. Have a superuser run: {roles};"
            ) from error
        super().handle(*args, **options)
        database_roles.grant()
