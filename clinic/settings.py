"""Settings for every environment, read from the environment (each variable: see .env.example).

What is missing or unsafe stops the start: all faults at once, one sentence each. Nothing here
has a default that would be wrong to run a clinic with; DEBUG=1 is what relaxes that, for
development, tests and the demo.
"""

import logging
import re
import sys
from base64 import urlsafe_b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any, cast
from urllib.parse import SplitResult, unquote, urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from environs import Env, EnvValidationError, validate
from kombu import Queue

BASE_DIR = Path(__file__).resolve().parent.parent

env = Env(eager=False)
faults: list[str] = []


def require(holds: object, sentence: str) -> None:
    """Note the sentence as a fault unless the condition holds."""
    if not holds:
        faults.append(sentence)


def address(name: str, url: str, schemes: str) -> SplitResult:
    """Split a URL; an unknown scheme or an impossible port is a fault."""
    parts = urlsplit(url)
    try:
        known = parts.scheme in schemes.split() and (parts.port or True)
    except ValueError:
        known = False
    if url and not known:
        faults.append(f"{name} is not an address of the kind {' or '.join(schemes.split())}.")
        return urlsplit("")
    return parts


def words(name: str) -> list[str]:
    """Return the comma-separated values of a variable, without stray spaces."""
    return [word.strip() for word in env.str(name, "").split(",") if word.strip()]


# What this is

PRODUCT_NAME = "Fuseline"
DEBUG = env.bool("DEBUG", False)
FUSELINE_DEMO = env.bool("FUSELINE_DEMO", False)
SECRET_KEY = env.str("SECRET_KEY", "")
ALLOWED_HOSTS = words("ALLOWED_HOSTS") or ([".localhost", "127.0.0.1", "[::1]"] if DEBUG else [])
CSRF_TRUSTED_ORIGINS = words("CSRF_TRUSTED_ORIGINS")
SITE_URL = env.str("SITE_URL", "http://127.0.0.1:8000" if DEBUG else "").rstrip("/")

require(SECRET_KEY, "SECRET_KEY is not set; give it at least 50 random characters.")
if not DEBUG:
    require(
        not SECRET_KEY or (len(SECRET_KEY) >= 50 and len(set(SECRET_KEY)) >= 5),
        "SECRET_KEY is too short or too plain; give it at least 50 random characters.",
    )
    require(
        not re.search("insecure|change.?me|example", SECRET_KEY, re.IGNORECASE),
        "SECRET_KEY is an example; make your own, at least 50 random characters.",
    )
    require(ALLOWED_HOSTS, "ALLOWED_HOSTS is empty; name the hosts this site answers to.")
    require("*" not in ALLOWED_HOSTS, "ALLOWED_HOSTS must name hosts, '*' lets anyone pose as one.")
    require(
        SITE_URL.startswith("https://"),
        "SITE_URL must be the https:// address patients open from their messages.",
    )
    require(not FUSELINE_DEMO, "FUSELINE_DEMO must be off: its sign-ins are public.")

# Applications and middleware

INSTALLED_APPS = [
    "followups",
    "patients",
    "clinic.staff",
    "clinic.audit",
    "clinic.privacy",
    "clinic.exchange",
    "clinic.operations",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "django_htmx",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "phonenumber_field",
    "pgtrigger",
    "clinic.staff.site_config.HouseAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
]
MIDDLEWARE = [
    # what an answer carries comes first, so that a refusal further in carries it too
    "clinic.middleware.RequestId",
    "clinic.middleware.SafeHeaders",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "clinic.middleware.OrdinaryRequests",
    "clinic.middleware.RefuseControlCharacters",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "clinic.staff.sessions.EndSessions",
    "clinic.staff.second_factor.AskForSecondFactor",
    "clinic.staff.access.DefaultDeny",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "clinic.urls"
WSGI_APPLICATION = "clinic.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "clinic.operations.context.staff_page",
            ]
        },
    }
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CRISPY_ALLOWED_TEMPLATE_PACKS = ["bootstrap5"]
CRISPY_TEMPLATE_PACK = "bootstrap5"
CRISPY_FAIL_SILENTLY = False

PHONENUMBER_DEFAULT_REGION = "US"
PHONENUMBER_DB_FORMAT = "E164"

# Database

DB_POOL = env.bool("DB_POOL", False)
DB_STATEMENT_SECONDS = env.int("DB_STATEMENT_SECONDS", 10)
DATABASE_URL = env.str("DATABASE_URL", "")
# where an account stands for several roles, the one that pages act as
DATABASE_ROLE = env.str("DATABASE_ROLE", "")
require(DATABASE_URL, "DATABASE_URL is not set; give the postgresql:// address of the database.")


def process_name() -> str:
    """Return what runs here, such as manage.py:sweep."""
    words = [Path(sys.argv[0]).name, *sys.argv[1:2]]
    return re.sub("[^A-Za-z0-9_.:-]", "", ":".join(words))[:40]


def database() -> dict[str, Any]:
    """Return the connection of DATABASE_URL with a limit on every wait.

    A pool serves a web process with threads; Celery workers keep one connection each.
    """
    if not address("DATABASE_URL", DATABASE_URL, "postgresql postgres").scheme:
        return {}
    limits = {
        "statement_timeout": f"{DB_STATEMENT_SECONDS}s",
        "lock_timeout": "2s",
        "idle_in_transaction_session_timeout": "30s",
        # what the audit names where there is no request
        "fuseline.request": process_name(),
    }
    options: dict[str, Any] = {
        "connect_timeout": 5,
        "options": " ".join(f"-c {name}={value}" for name, value in limits.items()),
        "prepare_threshold": 5,  # for followups.compiled; Django's own cursors never prepare
    }
    if DB_POOL:
        options["pool"] = {"min_size": 1, "max_size": 8, "timeout": 10}
    settings: dict[str, Any] = env.dj_db_url(
        "DATABASE_URL", conn_max_age=0 if DB_POOL else 60, conn_health_checks=True
    )
    return settings | {"OPTIONS": settings.get("OPTIONS", {}) | options}


DATABASES = {"default": database()}

# Time and language: each clinic has its own zone, in the database

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en-us"

# Staff sign-in: allauth's flows in our clothes (clinic/staff); nobody signs up by themselves

AUTH_USER_MODEL = "staff.User"
AUTHENTICATION_BACKENDS = ["clinic.staff.backend.StaffBackend"]
LOGIN_URL = "signin"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "signin"
PASSWORD_RESET_TIMEOUT = 72 * 60 * 60  # of an invitation; clinic.staff.links shortens resets
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 15},
    },
    {"NAME": "clinic.staff.passwords.MaximumLength"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "clinic.staff.passwords.NotOurWords"},
]

ACCOUNT_ADAPTER = "clinic.staff.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]  # or sign-in would not ask for a password
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "clinic.staff.links.PasswordLinks"  # noqa: S105
ACCOUNT_RATE_LIMITS = False  # clinic.staff.throttle counts in the database
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 5 * 60
ACCOUNT_FORMS = {
    "login": "clinic.staff.forms.SignInForm",
    "reauthenticate": "clinic.staff.forms.PasswordAgainForm",
    "change_password": "clinic.staff.forms.ChangePasswordForm",
    "reset_password": "clinic.staff.forms.AskForLinkForm",
    "reset_password_from_key": "clinic.staff.forms.ChoosePasswordForm",
    "user_token": "clinic.staff.forms.LinkForm",
}
MFA_ADAPTER = "clinic.staff.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = PRODUCT_NAME
MFA_TOTP_TOLERANCE = 1  # phones' clocks differ: one code earlier or later is good too
MFA_FORMS = {
    "authenticate": "clinic.staff.forms.CodeForm",
    "reauthenticate": "clinic.staff.forms.CodeAgainForm",
    "activate_totp": "clinic.staff.forms.FirstCodeForm",
    "add_webauthn": "clinic.staff.forms.AddKeyForm",
    "authenticate_webauthn": "clinic.staff.forms.KeyForm",
    "reauthenticate_webauthn": "clinic.staff.forms.KeyAgainForm",
}

SESSION_IDLE_SECONDS = 15 * 60
SESSION_LONGEST_SECONDS = 12 * 60 * 60

FIELD_KEYS = words("FIELD_KEYS")
if DEBUG and not FIELD_KEYS:
    FIELD_KEYS = [urlsafe_b64encode(sha256(f"fields {SECRET_KEY}".encode()).digest()).decode()]
require(FIELD_KEYS, "FIELD_KEYS is not set; second factors are stored encrypted with it.")
for field_key in FIELD_KEYS:
    require(
        re.fullmatch("[A-Za-z0-9_-]{43}=", field_key),
        "FIELD_KEYS must be keys of 32 bytes in URL-safe base64, separated by commas.",
    )

# Browser: cookies, transport, what a page may load

COOKIES_SECURE = env.bool("COOKIES_SECURE", not DEBUG)
require(DEBUG or COOKIES_SECURE, "COOKIES_SECURE must be on: sign-ins would travel unprotected.")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = COOKIES_SECURE
SESSION_COOKIE_NAME = "__Host-sessionid" if COOKIES_SECURE else "sessionid"
CSRF_COOKIE_NAME = "__Host-csrftoken" if COOKIES_SECURE else "csrftoken"
SESSION_COOKIE_AGE = SESSION_LONGEST_SECONDS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SIGNED_COOKIE_LEGACY_SALT_FALLBACK = False
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # names stay off cookies

SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", not DEBUG)
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", 0 if DEBUG else 365 * 24 * 60 * 60)
BEHIND_PROXY = env.bool("BEHIND_PROXY", False)
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
ALLAUTH_TRUSTED_PROXY_COUNT = int(BEHIND_PROXY)  # the last hop of X-Forwarded-For, or none
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SILENCED_SYSTEM_CHECKS = [
    # the clinic's other subdomains are not ours to force to https
    "security.W005",
    "security.W021",
]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],  # Bootstrap draws check marks and arrows with data:
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
LARGEST_UPLOAD = 6 * 1024 * 1024  # a form with files
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
DATA_UPLOAD_MAX_NUMBER_FILES = 10

# Static files

STATIC_URL = "static/"
STATIC_ROOT = env.path("STATIC_ROOT", BASE_DIR / "var" / "static")
STATICFILES_DIRS = [BASE_DIR / "clinic" / "static"]
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# E-mail: EMAIL_URL, or its parts one by one

SMTP = "django.core.mail.backends.smtp.EmailBackend"
FILES = "django.core.mail.backends.filebased.EmailBackend"
SMTP_PORTS = {"smtp+ssl": 465, "smtp+tls": 587}
OUTBOX = BASE_DIR / "var" / "outbox"

EMAIL_HOST = env.str("EMAIL_HOST", "")
EMAIL_URL = env.str("EMAIL_URL", f"file://{OUTBOX}" if DEBUG and not EMAIL_HOST else "")
mail = address("EMAIL_URL", EMAIL_URL, "smtp smtp+ssl smtp+tls file")
require(EMAIL_URL or EMAIL_HOST, "EMAIL_URL is not set; reminders need a mail server.")
require(DEBUG or mail.scheme != "file", "EMAIL_URL must name a mail server, not a folder.")

EMAIL_BACKEND = FILES if mail.scheme == "file" else SMTP
EMAIL_FILE_PATH = unquote(mail.path) if mail.scheme == "file" else None
EMAIL_HOST = EMAIL_HOST or mail.hostname or ""
EMAIL_PORT = env.int("EMAIL_PORT", mail.port or SMTP_PORTS.get(mail.scheme, 25))
EMAIL_HOST_USER = env.str("EMAIL_HOST_USER", unquote(mail.username or ""))
EMAIL_HOST_PASSWORD = env.str("EMAIL_HOST_PASSWORD", unquote(mail.password or ""))
EMAIL_USE_SSL = env.bool("EMAIL_USE_SSL", mail.scheme == "smtp+ssl")
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", mail.scheme == "smtp+tls")
EMAIL_TIMEOUT = 10  # seconds, so that a hanging mail server cannot hold a sweep
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "fuseline@localhost" if DEBUG else "")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
require(DEFAULT_FROM_EMAIL, "DEFAULT_FROM_EMAIL is not set; patients must know who writes to them.")

# Text messages: SMS_URL and its companions, or none are sent

SMS_URL = env.str("SMS_URL", "").rstrip("/")
SMS_ACCOUNT = env.str("SMS_ACCOUNT", "")
SMS_TOKEN = env.str("SMS_TOKEN", "")
SMS_FROM = env.str("SMS_FROM", "")
SMS_HONOURS_IDEMPOTENCY = env.bool("SMS_HONOURS_IDEMPOTENCY", False)
SITE_URL_IN_A_TEXT = 42  # characters that are left for it in one text message
address("SMS_URL", SMS_URL, "http https" if DEBUG else "https")
if SMS_URL:
    require(
        len(SITE_URL) <= SITE_URL_IN_A_TEXT,
        f"SITE_URL has more than {SITE_URL_IN_A_TEXT} characters: links would not fit into texts.",
    )
    require(
        re.fullmatch("[A-Za-z0-9_-]{2,64}", SMS_ACCOUNT),
        "SMS_ACCOUNT is not set; give the account of the provider of text messages.",
    )
    require(
        len(SMS_TOKEN) >= (1 if DEBUG else 16),
        "SMS_TOKEN is not set or too short; it proves that a report comes from the provider.",
    )
    require(
        re.fullmatch(r"\+[1-9][0-9]{6,14}", SMS_FROM),
        "SMS_FROM must be the number that texts come from, like +12125550100.",
    )
require(SMS_URL or not SMS_TOKEN, "SMS_TOKEN is set without SMS_URL; set both or neither.")

# What becomes of e-mails: the provider's reports, in django-anymail's words

MAIL_REPORTS_FROM = env.str("MAIL_REPORTS_FROM", "").lower()
MAIL_REPORTS_SECRET = env.str("MAIL_REPORTS_SECRET", "")
MAIL_REPORTS_KEY = env.str("MAIL_REPORTS_KEY", "")
MAIL_REPORTERS = ("brevo", "mailgun", "mailjet", "postmark", "sendgrid", "sparkpost")
require(
    MAIL_REPORTS_FROM in ("", *MAIL_REPORTERS),
    f"MAIL_REPORTS_FROM must be one of {', '.join(MAIL_REPORTERS)}.",
)
if MAIL_REPORTS_FROM:
    require(
        re.fullmatch("[^:]{1,64}:.{16,}", MAIL_REPORTS_SECRET),
        "MAIL_REPORTS_SECRET must be user:password, the password of at least 16 characters.",
    )
    require(
        MAIL_REPORTS_KEY or MAIL_REPORTS_FROM != "mailgun",
        "MAIL_REPORTS_KEY is not set; mailgun signs its reports with it.",
    )
ANYMAIL = {"WEBHOOK_SECRET": MAIL_REPORTS_SECRET}
if MAIL_REPORTS_FROM == "mailgun":
    ANYMAIL["MAILGUN_WEBHOOK_SIGNING_KEY"] = MAIL_REPORTS_KEY

# Privacy: whom to erase again after a restore; keep it away from the database and its backups

ERASURE_LEDGER = env.path("ERASURE_LEDGER", BASE_DIR / "var" / "erasures.jsonl")

# Watching: whoever shows this token reads /metrics; without it only this host may

METRICS_TOKEN = env.str("METRICS_TOKEN", "")

# Logs: to stderr, numbers and ids only

LOG_LEVEL = env.str("LOG_LEVEL", "INFO").upper()
require(
    LOG_LEVEL in logging.getLevelNamesMapping(),
    "LOG_LEVEL must be DEBUG, INFO, WARNING, ERROR or CRITICAL.",
)
own = {"handlers": ["stderr"], "propagate": False}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "masked": {
            "()": "clinic.logs.MaskedFormatter",
            "format": "{asctime} {levelname} {name} [{request}] {message}",
            "style": "{",
        }
    },
    "filters": {"kinds_only": {"()": "clinic.logs.KindsOnly"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "masked"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        "django": own,
        "django.server": own,
        "gunicorn.access": own,
        "gunicorn.error": own,
        # one line per rung bell would bury the lines that matter
        "celery.app.trace": {"level": "WARNING", "filters": ["kinds_only"]},
        "celery.beat": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
    },
}

DEFAULT_EXCEPTION_REPORTER = "clinic.errors.Report"
DEFAULT_EXCEPTION_REPORTER_FILTER = "clinic.errors.NoValues"

# Background work: sweeps in UTC at plain intervals, nothing kept in the broker that may not be lost

REDIS_URL = env.str("REDIS_URL", "")
require(REDIS_URL, "REDIS_URL is not set; give the redis:// address of the broker.")
address("REDIS_URL", REDIS_URL, "redis rediss unix")

# kombu has its own words for a Unix socket
CELERY_BROKER_URL = re.sub(
    r"\?db=", "?virtual_host=", re.sub(r"^unix://", "redis+socket://", REDIS_URL)
)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # for ever
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "global_keyprefix": "fuseline:",
    "socket_connect_timeout": 2,
    "socket_timeout": 5,  # without it a hung broker blocks its caller for ever
    "socket_keepalive": True,
    "health_check_interval": 25,
    "visibility_timeout": 300,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
}
CELERY_TIMEZONE = "UTC"
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_SOFT_TIME_LIMIT = 50
CELERY_TASK_TIME_LIMIT = 60
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500

# a queue each, so that a slow mail server can be given workers of its own;
# a worker that names no queue serves both
CELERY_TASK_QUEUES = [Queue("sweep"), Queue("send")]
CELERY_TASK_DEFAULT_QUEUE = "sweep"
CELERY_TASK_ROUTES = {
    "followups.tasks.send": {"queue": "send"},
    "clinic.privacy.tasks.send_notices": {"queue": "send"},
}

above_zero = validate.Range(min=0, min_inclusive=False)
SWEEP_SECONDS = env.float("FUSELINE_SWEEP_SECONDS", 60, validate=above_zero) or 60
SEND_SECONDS = env.float("FUSELINE_SEND_SECONDS", 10, validate=above_zero) or 10
# how long a sender's claim holds, and how long an unclear end waits for the provider's receipt
LEASE_SECONDS = env.float("FUSELINE_LEASE_SECONDS", 60, validate=above_zero) or 60
RECEIPT_SECONDS = env.float("FUSELINE_RECEIPT_SECONDS", 15 * 60, validate=above_zero) or 15 * 60


def every(seconds: float, task: str) -> dict[str, Any]:
    """Return a beat entry; rings missed while workers were away expire instead of piling up."""
    return {"task": task, "schedule": seconds, "options": {"expires": seconds * 0.9}}


# beat rings everything as it starts, so it has nothing to remember on disk
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"
CELERY_BEAT_SCHEDULE = {
    "sweep": every(SWEEP_SECONDS, "followups.tasks.sweep"),
    "send": every(SEND_SECONDS, "followups.tasks.send"),
    "send-notices": every(SEND_SECONDS, "clinic.privacy.tasks.send_notices"),
    "reassess": every(24 * 60 * 60, "followups.tasks.reassess"),
    "retention": every(24 * 60 * 60, "clinic.privacy.tasks.retention"),
    "seal the audit": every(60, "clinic.audit.tasks.seal"),
    "log the audit's head": every(24 * 60 * 60, "clinic.audit.tasks.log_head"),
}

# Everything is read: say all that is wrong

try:
    env.seal()
except EnvValidationError as error:
    wrong = cast("dict[str, list[str]]", error.error_messages)
    faults += [f"{name}: {message}" for name, messages in wrong.items() for message in messages]
if faults:
    raise ImproperlyConfigured("\n".join(["Fuseline cannot start:", *faults]))
