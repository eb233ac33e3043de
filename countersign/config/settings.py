"""Django's settings, all taken from the environment (prefix ``COUNTERSIGN_``).

Whatever an agency would want to change is here, with the default that SPEC.md names. Nothing else in
Countersign reads the environment.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from countersign.config.routes import OPEN_ROUTES as OPEN_ROUTES
from countersign.config.routes import STEP_ROUTES as STEP_ROUTES
from countersign.postgres.urls import parse_database_url
from countersign.ui.logging import LOGGING  # noqa: F401 - Django reads it here

BASE_DIR = Path(__file__).resolve().parent.parent.parent


def _setting(name: str, default: str = "") -> str:
    return os.environ.get(f"COUNTERSIGN_{name}", default)


def _flag(name: str, default: bool = False) -> bool:
    return _setting(name, "yes" if default else "no").lower() in ("1", "yes", "true", "on")


def _words(name: str, default: str = "") -> list[str]:
    return [word for word in _setting(name, default).replace(",", " ").split() if word]


# --- The agency ---------------------------------------------------------------------------------------
AGENCY_NAME = _setting("AGENCY_NAME", "Department of Revenue")
PRODUCT_NAME = _setting("PRODUCT_NAME", "Countersign")
AGENCY_PHONE = _setting("AGENCY_PHONE", "")
AGENCY_ACCENT_COLOUR = _setting("ACCENT_COLOUR", "#005ea2")
BASE_URL = _setting("BASE_URL", "http://127.0.0.1:8000").rstrip("/")

# --- Safety -------------------------------------------------------------------------------------------
DEBUG = False
DEMO = _flag("DEMO")
GALLERY = _flag("GALLERY", DEMO)
# Without a secret of its own an installation gets one that dies with it: sessions and keyed hashes of
# one start are then useless at the next, which is safe. `manage check --deploy` and README ask for a
# lasting one.
SECRET_KEY = _setting("SECRET_KEY") or secrets.token_urlsafe(50)
# Keys the hashes under which ID numbers and proofs are stored. It must outlive SECRET_KEY's rotations.
IDENTIFIER_KEY = _setting("IDENTIFIER_KEY", SECRET_KEY)
KEYS_LAST = bool(_setting("SECRET_KEY"))
ALLOWED_HOSTS = _words("ALLOWED_HOSTS", "127.0.0.1 localhost")
CSRF_TRUSTED_ORIGINS = _words("TRUSTED_ORIGINS")
HTTPS = BASE_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-countersign" if HTTPS else "countersign"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = False  # the proxy in front redirects; health checks come without TLS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if _flag("BEHIND_TLS_PROXY"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_048_576
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
TRUSTED_PROXIES = int(_setting("TRUSTED_PROXIES", "0"))
CSRF_FAILURE_VIEW = "countersign.ui.error_pages.csrf_failure"

# --- Applications -------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_htmx",
    "template_partials",
    "procrastinate.contrib.django",
    "countersign.ui",
    "countersign.mail",
    "countersign.events",
    "countersign.logons",
    "countersign.taxpayers",
    "countersign.access",
    "countersign.submissions",
    "countersign.portfolios",
    "countersign.uploads",
    "countersign.letters",
    "countersign.notices",
    "countersign.sign_in",
    "countersign.recovery",
    "countersign.security",
    "countersign.registration",
    "countersign.profile",
    "countersign.leaving",
    "countersign.third_party_access",
    "countersign.security_groups",
    "countersign.secondary_logons",
    "countersign.help",
    "countersign.home",
    "countersign.tax_accounts",
    "countersign.history",
    "countersign.importing",
    "countersign.config",
]
MIDDLEWARE = [
    "countersign.ui.middleware.RequestLine",
    "countersign.ui.middleware.SecurityHeaders",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "countersign.ui.middleware.HostileInput",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "countersign.sign_in.middleware.SessionEnds",
    "countersign.sign_in.middleware.SignInRequired",
    "django_htmx.middleware.HtmxMiddleware",
    "countersign.ui.middleware.ExpectedErrors",
]
ROOT_URLCONF = "countersign.config.urls"
WSGI_APPLICATION = "countersign.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "countersign.ui.shell.shell_context",
                "countersign.access.acting_for.acting_for_context",
            ],
        },
    }
]
# What the shell links to, by the name of the address; what the site does not have is left out.
SHELL_LINKS = {
    "stay": "sign_in:stay",
    "help": "help:start",
    "home": "home:home",
    "profile": "profile:profile",
    "sign_out": "sign_in:log_out",
    "log_in": "sign_in:log_in",
    "acting_for": "profile:acting_for",
    "submissions": "submissions:list",
    "register": "registration:start",
    "register_myself": "registration:myself",
    "register_business": "registration:business",
    "register_third_party": "registration:third_party",
}
# Addresses below these answer machines with problem documents instead of pages.
MACHINE_PATHS = ("/api/",)
REASON_WORDING = "countersign.access.wording"
SILENCED_SYSTEM_CHECKS = ["security.W008"]  # the proxy in front redirects to HTTPS
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "build" / "static"
STATICFILES_DIRS = [BASE_DIR / "assets"]
WHITENOISE_USE_FINDERS = True

# --- Database: PostgreSQL and only that ---------------------------------------------------------------
_DATABASE_URL = os.environ.get("DATABASE_URL", "")
DATABASES = {"default": parse_database_url(_DATABASE_URL)}
# Who owns the tables: only `countersign migrate` works as this one.
DATABASE_OWNER = parse_database_url(os.environ.get("DATABASE_OWNER_URL") or _DATABASE_URL, step_down=False)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Logons -------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "logons.Logon"
AUTHENTICATION_BACKENDS = ["countersign.logons.backend.LogonBackend"]
LOGIN_URL = "/log-in/"
LOGIN_REDIRECT_URL = "/"
PASSWORD_HASHERS = [
    "countersign.logons.hashers.Argon2Hasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    "django.contrib.auth.hashers.ScryptPasswordHasher",
]
# A file of further passwords that nobody may have, one a line, beside the common and breached ones that come along.
PASSWORD_BLOCKLIST = _setting("PASSWORD_BLOCKLIST")
RESET_MINUTES = int(_setting("RESET_MINUTES", "30"))  # links to a new password
FACTOR_REMOVAL_HOURS = int(_setting("FACTOR_REMOVAL_HOURS", "72"))  # all second factors lost: the waiting
# A password that came with an import is changed at the first sign-in; the demo leaves its cast's alone.
CHANGE_IMPORTED_PASSWORDS = _flag("CHANGE_IMPORTED_PASSWORDS", not DEMO)
SESSION_ENGINE = "countersign.logons.session_store"
SESSION_IDLE_SECONDS = int(_setting("SESSION_IDLE_SECONDS", str(30 * 60)))
SESSION_WHOLE_SECONDS = int(_setting("SESSION_WHOLE_SECONDS", str(12 * 3600)))
SESSION_COOKIE_AGE = SESSION_WHOLE_SECONDS
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
FRESH_SIGN_IN_SECONDS = int(_setting("FRESH_SIGN_IN_SECONDS", str(15 * 60)))
# Second factors, per kind of logon: "required" (to be set up right after the password) or "optional".
SECOND_FACTOR = {
    "own": _setting("SECOND_FACTOR_OWN", "required"),
    "secondary": _setting("SECOND_FACTOR_SECONDARY", "required"),
    "staff": _setting("SECOND_FACTOR_STAFF", "required"),
}
KIND_OF_LOGON = "countersign.access.queries.own.kind_of_logon"
# "id:key,id:key": the first encrypts what has to be read again (secrets of authenticator apps), all decrypt.
SECRET_ENCRYPTION_KEYS = _setting("SECRET_ENCRYPTION_KEYS")
SECOND_STEP_SECONDS = int(_setting("SECOND_STEP_SECONDS", "900"))
PASSKEY_CHALLENGE_SECONDS = int(_setting("PASSKEY_CHALLENGE_SECONDS", "300"))
SESSION_WARNING_SECONDS = int(_setting("SESSION_WARNING_SECONDS", "120"))  # before the idle time ends
# Passwords that one process checks at once, how many more may wait and how long. There is a process for each core, and
# two hashes on one core are no quicker than one after the other. Give the web server more threads than the two
# together, so that some stay free for other pages.
CONCURRENT_HASHES = int(_setting("CONCURRENT_HASHES", "1"))
HASHES_WAITING = int(_setting("HASHES_WAITING", "8"))
HASH_WAIT_SECONDS = float(_setting("HASH_WAIT_SECONDS", "2"))


def _a_day(free: int) -> dict[str, int]:
    """So many in a day, and then none until it is over."""
    return {"free": free, "first_wait": 86_400, "longest_wait": 86_400, "window": 86_400}


# Wrong secrets: how many are free, then how long one waits (seconds, doubling), when it stops, what counts together.
LIMITER_PROFILES = {
    "public": {
        "free": int(_setting("PUBLIC_FAILURES", "5")),
        "first_wait": int(_setting("PUBLIC_FIRST_WAIT_SECONDS", "30")),
        "longest_wait": int(_setting("PUBLIC_LONGEST_WAIT_SECONDS", "3600")),
        "stop_at": int(_setting("PUBLIC_STOP_AT_FAILURES", "100")),
    },
    "staff": {
        "free": int(_setting("STAFF_FAILURES", "3")),
        "first_wait": int(_setting("STAFF_WAIT_SECONDS", "900")),
        "longest_wait": int(_setting("STAFF_WAIT_SECONDS", "900")),
        "window": int(_setting("STAFF_WINDOW_SECONDS", "7200")),
        "sliding": True,
    },
    # All usernames tried from one place together: somebody goes through many with few passwords.
    "source": {
        "free": int(_setting("SOURCE_FAILURES", "100")),
        "first_wait": int(_setting("SOURCE_FIRST_WAIT_SECONDS", "60")),
        "longest_wait": int(_setting("SOURCE_LONGEST_WAIT_SECONDS", "3600")),
        "window": int(_setting("SOURCE_WINDOW_SECONDS", "3600")),
    },
    # Counts only (countersign.logons.spraying): on how many usernames somebody failed.
    "spraying": {
        "free": 1_000_000_000,
        "first_wait": 0,
        "longest_wait": 0,
        "window": int(_setting("SPRAYING_WINDOW_SECONDS", "3600")),
    },
    # Proofs of registration (SPEC 3): failures a day for a taxpayer from one source, from one source, and for a
    # taxpayer from everywhere. Letter IDs have counters of their own, and none for a taxpayer from everywhere: a
    # stranger cannot block the owner.
    "proof": _a_day(int(_setting("PROOF_FAILURES", "5"))),
    "proof_source": _a_day(int(_setting("PROOF_FAILURES_OF_SOURCE", "20"))),
    "proof_taxpayer": _a_day(int(_setting("PROOF_FAILURES_OF_TAXPAYER", "50"))),
    # Six digits in a mail: few tries, then a new mail.
    "six_digits": _a_day(int(_setting("SIX_DIGITS_FAILURES", "5"))),
    # What one source may begin in a day: registrations, and mails of them.
    "registrations": _a_day(int(_setting("REGISTRATIONS_OF_SOURCE", "200"))),
    "registration_mails": _a_day(int(_setting("REGISTRATION_MAILS_TO_ADDRESS", "10"))),
    # Mails of *Forgot username or password?* to one address, and asked for by one source.
    "forgotten": _a_day(int(_setting("FORGOTTEN_MAILS_TO_ADDRESS", "5"))),
    "forgotten_source": _a_day(int(_setting("FORGOTTEN_MAILS_OF_SOURCE", "100"))),
    "representatives": _a_day(int(_setting("REPRESENTATIVES_OF_SOURCE", "5"))),
}
# Which of the two shipped profiles counts wrong passwords of usernames: "public" or "staff".
SIGN_IN_PROFILE = _setting("SIGN_IN_PROFILE", "public")
# A browser in which somebody signed in with all factors: how long it is known, how many failures end it.
KNOWN_DEVICE_DAYS = int(_setting("KNOWN_DEVICE_DAYS", "365"))
KNOWN_DEVICE_FAILURES = int(_setting("KNOWN_DEVICE_FAILURES", "20"))
# So many usernames tried without success in an hour are an alert: from one source, and from everywhere.
SPRAYING_USERNAMES_OF_SOURCE = int(_setting("SPRAYING_USERNAMES_OF_SOURCE", "20"))
SPRAYING_USERNAMES = int(_setting("SPRAYING_USERNAMES", "500"))
FAILURES_KEPT_DAYS = int(_setting("FAILURES_KEPT_DAYS", "30"))

# --- Registration ----------------------------------------------------------------------------------------
REGISTRATION_HOURS = int(_setting("REGISTRATION_HOURS", "24"))  # an unfinished one ends then
REGISTRATION_MAILS = int(_setting("REGISTRATION_MAILS", "5"))  # to confirm an address, in one registration
PROVISIONAL_DAYS = int(_setting("PROVISIONAL_DAYS", "10"))
LETTER_CODE_DAYS = int(_setting("LETTER_CODE_DAYS", "90"))
PORTFOLIO_PARKED_DAYS = int(_setting("PORTFOLIO_PARKED_DAYS", "90"))
SUCCESSOR_DAYS = int(_setting("SUCCESSOR_DAYS", "14"))  # a named successor accepts within
NOT_ME_DAYS = int(_setting("NOT_ME_DAYS", "10"))  # links of "This wasn't me"
EMAIL_CHANGE_HOURS = int(_setting("EMAIL_CHANGE_HOURS", "24"))  # a new address is confirmed within
TERMS_VERSION = _setting("TERMS_VERSION", "2026-1")

# --- Third-party access -------------------------------------------------------------------------------
INVITATION_DAYS = int(_setting("INVITATION_DAYS", "14"))
REQUEST_LIFETIME_DAYS = int(_setting("REQUEST_LIFETIME_DAYS", "30"))
REQUEST_REMINDER_DAYS = int(_setting("REQUEST_REMINDER_DAYS", "7"))  # before a request expires
# Requests that named no business, for each logon and for each third party.
REQUEST_MISMATCHES_PER_DAY = int(_setting("REQUEST_MISMATCHES_PER_DAY", "10"))

# --- Language and time --------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("es", "Español")]
LOCALE_PATHS = [BASE_DIR / "countersign" / "locale"]
LANGUAGE_COOKIE_NAME = "language"
USE_I18N = USE_TZ = True
FORMAT_MODULE_PATH = ["countersign.ui.formats"]
TIME_ZONE = _setting("TIME_ZONE", "America/New_York")

# --- Mail ---------------------------------------------------------------------------------------------
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = _setting("SMTP_HOST", "127.0.0.1")
EMAIL_PORT = int(_setting("SMTP_PORT", "25"))
EMAIL_HOST_USER = _setting("SMTP_USERNAME")
EMAIL_HOST_PASSWORD = _setting("SMTP_PASSWORD")
EMAIL_USE_TLS = _flag("SMTP_STARTTLS")
EMAIL_USE_SSL = _flag("SMTP_TLS")
EMAIL_TIMEOUT = int(_setting("SMTP_TIMEOUT_SECONDS", "10"))
DEFAULT_FROM_EMAIL = _setting("MAIL_FROM", "no-reply@agency.example")
# How often the outbox is looked through for mail that is due.
MAIL_SWEEP_SECONDS = float(_setting("MAIL_SWEEP_SECONDS", "5"))
# A mail server that cannot be reached is tried again after the first of these, doubling up to the second.
MAIL_SERVER_PAUSE_SECONDS = float(_setting("MAIL_SERVER_PAUSE_SECONDS", "1"))
MAIL_SERVER_LONGEST_PAUSE_SECONDS = float(_setting("MAIL_SERVER_LONGEST_PAUSE_SECONDS", "60"))
# One mail that the server did not take: the same, and when to stop trying.
MAIL_RETRY_SECONDS = float(_setting("MAIL_RETRY_SECONDS", "60"))
MAIL_RETRY_LONGEST_SECONDS = float(_setting("MAIL_RETRY_LONGEST_SECONDS", "3600"))
MAIL_RETRY_DAYS = float(_setting("MAIL_RETRY_DAYS", "5"))
MAIL_REFUSALS = int(_setting("MAIL_REFUSALS", "3"))
# To one address, over all kinds: beyond the first mail waits an hour, beyond the second it is not sent. Security mail
# has so many more of each for itself.
MAIL_TO_ADDRESS_PER_HOUR = int(_setting("MAIL_TO_ADDRESS_PER_HOUR", "100"))
MAIL_TO_ADDRESS_PER_DAY = int(_setting("MAIL_TO_ADDRESS_PER_DAY", "500"))
MAIL_SECURITY_RESERVE = int(_setting("MAIL_SECURITY_RESERVE", "50"))
# How long the text of a sent mail stays in the outbox.
MAIL_KEEP_DAYS = float(_setting("MAIL_KEEP_DAYS", "30"))

# --- Audit log ----------------------------------------------------------------------------------------
AUDIT_SEAL_SECONDS = float(_setting("AUDIT_SEAL_SECONDS", "5"))
# An entry this much older than the last seal and not in any counts as put into the past.
AUDIT_UNSEALED_MINUTES = int(_setting("AUDIT_UNSEALED_MINUTES", "60"))
