"""Settings. Everything an installation may choose comes from the environment, all of it optional.

KHOI_DATA           the data folder (database, files, secret key); default ``./data``
KHOI_DATABASE_URL   postgresql://user:password@host:port/name; default SQLite in the data folder
KHOI_URL            the address people reach Khơi at; default http://127.0.0.1:8000
KHOI_HOSTS          further host names to answer to, comma-separated
KHOI_PROXY          address of the reverse proxy in front, whose X-Forwarded-* headers are believed; default: none
KHOI_SMTP_URL       smtp://user:password@host:port (smtps:// or ?tls=1 to encrypt); default: mail waits in the outbox
KHOI_MAIL_FROM      sender of our mails
KHOI_DEBUG          1 shows tracebacks; never in production
"""

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_noop

BASE_DIR = Path(__file__).resolve().parent
DATA_DIR = Path(os.environ.get("KHOI_DATA", "data")).resolve()
BASE_URL = os.environ.get("KHOI_URL", "http://127.0.0.1:8000").rstrip("/")
NO_DATABASE = gettext_noop(
    "KHOI_DATABASE_URL is not the address of a PostgreSQL database, like postgresql://user:password@host:5432/name."
)
DEBUG = os.environ.get("KHOI_DEBUG") == "1"


def _secret_key() -> str:
    """Random per data folder, readable by its owner alone; made at first need."""
    if given := os.environ.get("KHOI_SECRET_KEY"):
        return given
    path = DATA_DIR / "secret.key"
    if not path.exists():
        DATA_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(50))
    return path.read_text().strip()


def _database() -> dict[str, Any]:
    url = os.environ.get("KHOI_DATABASE_URL", "")
    if not url:
        return _sqlite()
    try:
        return _postgresql(url)
    except ValueError:
        raise ImproperlyConfigured(NO_DATABASE) from None


def _sqlite() -> dict[str, Any]:
    """WAL for readers beside a writer; IMMEDIATE so that a writer waits at the start, never fails at the
    end; FULL so that what was acknowledged survives the power; recursive triggers so that a replaced row
    is seen to be deleted; secure_delete so that erased values leave the file. A connection is kept for a minute:
    to read the tables and triggers anew for each answer takes longer than most answers."""
    return {
        "ENGINE": "khoi.kit.db.sqlite",
        "NAME": DATA_DIR / "khoi.db",
        "CONN_MAX_AGE": 60,
        "OPTIONS": {
            "timeout": 20,
            "cached_statements": 500,
            "transaction_mode": "IMMEDIATE",
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA recursive_triggers=ON; "
                "PRAGMA secure_delete=ON; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-32000"
            ),
        },
        "TEST": {"NAME": None},
    }


def _postgresql(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres") or not parts.path.strip("/"):
        raise ValueError(parts.scheme)
    return {
        "ENGINE": "khoi.kit.db.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": parts.port or "",
        "OPTIONS": dict(parse_qsl(parts.query)),
        "CONN_MAX_AGE": 60,
    }


SECRET_KEY = _secret_key()
DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

KHOI_RECORDER = "khoi.history.services.recording"
KHOI_SETTLE = "khoi.lifecycle.services.settle"
KHOI_REFERENCES = "khoi.references.REFERENCES"
KHOI_PAST = "khoi.timemachine.views.page_of_the_past"
KHOI_PAST_API = "khoi.timemachine.api.record_then"
KHOI_LOOKING_BACK = "khoi.timemachine.api.rows_then"
KHOI_GONE = "khoi.timemachine.views.gone_page"
KHOI_FIELD_USES = "khoi.home.queries.uses.uses_of"
KHOI_STORY = "khoi.home.views.story.story_panel"
KHOI_SETTINGS_PAGES = "khoi.panels.SETTINGS_PAGES"

ALLOWED_HOSTS = [urlsplit(BASE_URL).hostname or "127.0.0.1", "127.0.0.1", "localhost"] + [
    host for host in os.environ.get("KHOI_HOSTS", "").split(",") if host
]

#: Only ``khoi run`` reads it: another server in front of the WSGI application has its own word for it.
PROXY = os.environ.get("KHOI_PROXY", "")

ROOMS = [
    "design",
    "history",
    "outbox",
    "workspace",
    "team",
    "custom",
    "people",
    "accounts",
    "campaigns",
    "touchpoints",
    "leads",
    "activities",
    "scoring",
    "qualification",
    "routing",
    "pipeline",
    "lifecycle",
    "capture",
    "reports",
    "timemachine",
    "privacy",
    "duplicates",
    "home",
    "operations",
]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    *(f"khoi.{room}" for room in ROOMS),
]

MIDDLEWARE = [
    "khoi.operations.views.health_first",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "khoi.design.views.content_security_policy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "khoi.team.views.known_host_only",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "khoi.team.views.speak_the_viewers_language",
    "khoi.team.views.from_our_pages_only",
    "khoi.team.views.no_null_characters",
    "django.contrib.messages.middleware.MessageMiddleware",
    "khoi.design.views.no_page_here",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

CSRF_FAILURE_VIEW = "khoi.design.views.csrf_failure"
ROOT_URLCONF = "khoi.urls"
WSGI_APPLICATION = "khoi.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csrf",
                "django.contrib.messages.context_processors.messages",
                "khoi.design.views.looked_at",
                "khoi.home.views.frame",
            ],
        },
    }
]

AUTH_USER_MODEL = "team.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "team:log_in"
LOGIN_REDIRECT_URL = "home:today"

_HTTPS = BASE_URL.startswith("https://")
SESSION_ENGINE = "khoi.team.models.sessions"
SESSION_COOKIE_NAME = "__Host-khoi" if _HTTPS else "khoi"
CSRF_COOKIE_NAME = "__Host-khoi-csrf" if _HTTPS else "khoi-csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 14
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = False
X_FRAME_OPTIONS = "DENY"
CSRF_TRUSTED_ORIGINS = [BASE_URL] if _HTTPS else []
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
#: Bytes an uploaded import or attachment may have.
UPLOAD_LIMIT = 100_000_000

LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]
LANGUAGE_CODE = "en"
LANGUAGE_COOKIE_NAME = "khoi-language"
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "khoi.kit.built.BuiltFiles"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 3600
#: A name with a hash of the content in it never means anything else, so browsers may keep it for ever.
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/design/.+-[0-9A-Z]{8}\.\w+$"
FILES_DIR = DATA_DIR / "files"

SMTP_URL = os.environ.get("KHOI_SMTP_URL", "")
MAIL_FROM = os.environ.get("KHOI_MAIL_FROM", f"Khơi <khoi@{urlsplit(BASE_URL).hostname}>")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "filters": {"without_keys": {"()": "khoi.kit.logs.WithoutKeys"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"khoi": {"level": "INFO"}, "django.request": {"level": "ERROR", "filters": ["without_keys"]}},
}
