"""The product's settings with only the slow and the outside swapped out."""

import os

# pages act as the role they have in a clinic, although tests set things up as the owner
os.environ.update(DEBUG="1", SECRET_KEY="tests", DATABASE_ROLE="fuseline_app")
UNSET = ("FUSELINE_DEMO", "EMAIL_URL", "EMAIL_HOST", "SITE_URL", "ALLOWED_HOSTS", "SMS_URL")
for name in (*UNSET, "SMS_TOKEN", "MAIL_REPORTS_FROM"):
    os.environ.pop(name, None)  # the developer's shell decides nothing here

# for tools that only read the settings; a test run has set its own by now
os.environ.setdefault("DATABASE_URL", "postgresql:///none")
os.environ.setdefault("REDIS_URL", "redis://localhost/0")

from clinic.settings import *

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
