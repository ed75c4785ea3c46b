"""The product's settings with its waits scaled down, for the processes of ./faults alone."""

import os

from clinic.settings import *

INSTALLED_APPS = [*INSTALLED_APPS, "tests.faults.planted"]
EMAIL_TIMEOUT = int(os.environ.get("FAULTS_TIMEOUT", "2"))
SMS_URL = os.environ.get("FAULTS_TEXTS", SMS_URL)  # production would insist on https
EMAIL_BACKEND = "tests.faults.planted.mail.Mail"
# pages without `collectstatic`
STORAGES = STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
}
