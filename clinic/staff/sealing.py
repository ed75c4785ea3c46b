"""Secrets we must read again are encrypted in the database, with a key that is not in it."""

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


def _keys() -> MultiFernet:
    """The first key seals, each of them opens: a new one is put in front."""
    return MultiFernet([Fernet(key) for key in settings.FIELD_KEYS])


def seal(text: str) -> str:
    return _keys().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """Return what was sealed.

    Raises:
        InvalidToken: it was not sealed with any of our keys, or was changed.
    """
    return _keys().decrypt(sealed.encode()).decode()
