"""The product's settings with its waits scaled down, for the processes of ./faults alone."""

import os

from clinic.settings import *

INSTALLED_APPS = [*INSTALLED_APPS, "tests.faults.planted"]
EMAIL_TIMEOUT = int(os.environ.get("FAULTS_TIMEOUT", "2"))
LEASE_SECONDS = float(os.environ.get("FAULTS_LEASE", "5"))
RECEIPT_SECONDS = LEASE_SECONDS
EMAIL_BACKEND = "tests.faults.planted.mail.Mail"
# pages without `collectstatic`
STORAGES = STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
}
