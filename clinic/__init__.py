"""The house: settings, addresses, background work, staff, data exchange and operations.

It composes the record (`patients`) and the process (`followups`) and owns no clinical logic.
"""

from clinic.celery import app as celery_app

__all__ = ["celery_app"]
