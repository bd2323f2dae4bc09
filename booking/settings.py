"""Settings: each environment variable is read once, here, with a default that works on a bare machine.

The system checks (`booking/operations/checks.py`, `notifications/checks.py`) report combinations that cannot work,
except where nothing can start without the value.
"""

from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from booking.environment import (
    SQLITE,
    database_settings,
    env,
    read_amount,
    read_networks,
    read_number,
    read_or_make_key,
    read_secret,
    read_switch,
    replica_settings,
    trusted_proxies,
    without_session,
)

BASE_DIR = Path(__file__).resolve().parent.parent

# --- Where things are ---------------------------------------------------------------------------
DATA_DIR = Path(env.str("DATA_DIR", "") or BASE_DIR / "var").resolve()
try:
    DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
    SECRET_KEY = read_secret("SECRET_KEY") or read_or_make_key(DATA_DIR)
except OSError as error:
    raise ImproperlyConfigured(f"DATA_DIR: {DATA_DIR} cannot be written ({error.strerror}).") from error

DEBUG = read_switch("DEBUG", default=False)
PUBLIC_URL = (env.str("PUBLIC_URL", "") or "http://127.0.0.1:8000").rstrip("/")
IS_HTTPS = PUBLIC_URL.startswith("https://")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[]) or [
    "localhost",
    "127.0.0.1",
    "[::1]",
    PUBLIC_URL.split("://")[-1].split("/")[0].rsplit(":", 1)[0],
]
# Addresses of reverse proxies whose X-Forwarded-For and X-Forwarded-Proto are trusted.
TRUSTED_PROXIES = trusted_proxies(env.list("TRUSTED_PROXIES", default=[]), is_https=IS_HTTPS)
# Whether browsers are told to use HTTPS for every subdomain of PUBLIC_URL's host as well, permanently.
HSTS_SUBDOMAINS = read_switch("HSTS_SUBDOMAINS", default=False)
# Networks of our own in which desks' calendars may stand, beside the internet; HTTP is allowed there too.
CALENDAR_NETWORKS = read_networks("CALENDAR_NETWORKS")
# Networks of our own in which webhooks may stand, beside the internet; HTTP is allowed there too.
WEBHOOK_NETWORKS = read_networks("WEBHOOK_NETWORKS")
RATE_LIMITS = read_switch("RATE_LIMITS", default=True)
# How many visitors a minute may begin a booking, over all stores that have a waiting room; the others wait in it.
WAITING_ROOM_PER_MINUTE = read_number("WAITING_ROOM_PER_MINUTE", 600)

# --- Django -------------------------------------------------------------------------------------
ROOT_URLCONF = "booking.urls"
WSGI_APPLICATION = "booking.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "booking",
    "stores",
    "notifications",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "rest_framework",
    "knox",
    "drf_spectacular",
    "django_q",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "csp",
]

MIDDLEWARE = [
    "booking.web.frame.RequestLog",
    "booking.web.frame.TrustedProxy",
    "booking.web.frame.ResponseHeaders",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "booking.web.compression.Compression",
    "booking.web.middleware.ReaderAddress",
    "booking.web.middleware.Faults",
    "booking.web.middleware.AddressLimits",
    "booking.web.middleware.BodyLimits",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]

TEMPLATES = [
    {
        "NAME": "django",
        "BACKEND": "booking.web.folded_templates.FoldedTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "booking.web.rendering.reader",
            ],
        },
    }
]

FORM_RENDERER = "booking.web.form_fields.FoldedFormTemplates"

# --- Database: SQLite for one shop, PostgreSQL for a chain (docs/decisions/0003) ------------------
DATABASES = {"default": database_settings(read_secret("DATABASE_URL") or f"sqlite:///{DATA_DIR / 'carillon.sqlite3'}")}
# The server's own address, where DATABASE_URL leads through PgBouncer in transaction mode (docs/decisions/0037).
DATABASE_DIRECT: dict[str, Any] = {}
if _DIRECT_URL := read_secret("DATABASE_DIRECT_URL"):
    DATABASE_DIRECT = database_settings(_DIRECT_URL, name="DATABASE_DIRECT_URL")
    DATABASES["default"] = without_session(DATABASES["default"])
# A copy that follows the database, for answers that may be a second old (booking/web/replica.py).
if _REPLICA_URL := read_secret("DATABASE_REPLICA_URL"):
    DATABASES["replica"] = replica_settings(_REPLICA_URL, of=DATABASES["default"], is_pooled=bool(DATABASE_DIRECT))

# Processes that serve the web. SQLite has one writer, so one process serves it best.
WEB_WORKERS = read_number("WEB_WORKERS", 0) or (1 if DATABASES["default"]["ENGINE"] == SQLITE else 2)

# --- Cache and tasks ----------------------------------------------------------------------------
REDIS_URL = read_secret("REDIS_URL")
if REDIS_URL:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}
else:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# A Redis that hangs must not hold up the web request that rings the doorbell.
_QUEUE_URL = f"{REDIS_URL}{'&' if '?' in REDIS_URL else '?'}socket_connect_timeout=1&socket_timeout=5"
Q_CLUSTER: dict[str, Any] = {
    "name": "carillon",
    "workers": 2,
    "timeout": 60,
    "retry": 120,
    "queue_limit": 2,
    "bulk": 1,
    "max_attempts": 3,
    "save_limit": -1,
    "ack_failures": False,
    "catch_up": False,
    "label": "Tasks",
    "poll": 0.5,
    **({"redis": _QUEUE_URL} if REDIS_URL else {"orm": "default"}),
}

# --- Messages -----------------------------------------------------------------------------------
SMS_GATEWAY = env.str("SMS_GATEWAY", "console")
TWILIO_ACCOUNT_SID = env.str("TWILIO_ACCOUNT_SID", "")
TWILIO_AUTH_TOKEN = read_secret("TWILIO_AUTH_TOKEN")
TWILIO_MESSAGING_SERVICE_SID = env.str("TWILIO_MESSAGING_SERVICE_SID", "")
TWILIO_FROM = env.str("TWILIO_FROM", "")
TWILIO_API_URL = (env.str("TWILIO_API_URL", "") or "https://api.twilio.com").rstrip("/")
SMS_COUNTRIES = [country.strip().upper() for country in env.list("SMS_COUNTRIES", default=[])]
SMS_COUNTRIES = SMS_COUNTRIES or ["FR", "MC", "BE", "CH", "LU"]
SMS_DAILY_BUDGET = read_number("SMS_DAILY_BUDGET", 500)
SMS_HOURLY_BUDGET = read_number("SMS_HOURLY_BUDGET", 200)  # of texts that customers cause, over all stores
SMS_PER_SECOND = read_number("SMS_PER_SECOND", 0)  # the pace of a worker; 0: as fast as the provider answers
SMS_LANES = max(1, read_number("SMS_LANES", 8))  # calls of a worker at the same time
EMAIL_LANES = max(1, read_number("EMAIL_LANES", 4))
SMS_CENTS = read_amount("SMS_CENTS")  # the price of a segment; 0: not known
EMAIL_URL = read_secret("EMAIL_URL")
# The provider whose webhooks tell of e-mails, and the address at which it takes replies for us.
EMAIL_PROVIDER = env.str("EMAIL_PROVIDER", "").lower()
EMAIL_WEBHOOK_KEY = read_secret("EMAIL_WEBHOOK_KEY")
EMAIL_REPLIES = env.str("EMAIL_REPLIES", "")
MESSAGES_DIR = DATA_DIR / "outbox"
BEAT_FILE = DATA_DIR / "worker.beat"  # touched by the worker as it looks at the outbox, for the launcher
if EMAIL_URL:
    try:
        vars().update(env.email_url_config(EMAIL_URL))
    except (ValueError, ImproperlyConfigured):
        raise ImproperlyConfigured("EMAIL_URL: must look like smtp://user:password@host:port.") from None
    EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", "") or "carillon@" + ALLOWED_HOSTS[-1].strip("[]")
# The composer reads the booking again when a message is sent; notifications itself knows no booking.
NOTIFICATIONS_COMPOSER = "booking.messages.compose.read_ahead"
NOTIFICATIONS_ANSWER = "booking.messages.compose.answer"
NOTIFICATIONS_UNANSWERED = "booking.messages.compose.keep_for_person"
NOTIFICATIONS_MAIL_ANSWER = "booking.messages.mail_answers.answer_mail"
# Called by an import that changed a store's hours, in its transaction; stores itself knows no booking.
STORES_HOURS_CHANGED = "booking.store_setup.hours_changes.lay_anew_after_import"

# --- Sign-in and security -----------------------------------------------------------------------
PASSWORD_HASHERS = ["booking.accounts.password_hashers.FewAtOnce"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "staff-sign-in"
LOGIN_REDIRECT_URL = "staff-home"
OTP_TOTP_ISSUER = "Carillon"

# Stored in the cache as well where all processes share one: a tablet polls every few seconds.
SESSION_ENGINE = f"booking.accounts.sessions.{'cached_db' if REDIS_URL or WEB_WORKERS == 1 else 'db'}"
PASSWORD_RESET_TIMEOUT = 3600  # of a link for a new password
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True  # pages pass the token to their scripts
CSRF_FAILURE_VIEW = "booking.web.error_pages.token_missing"
DEVICE_COOKIE_NAME = "__Host-device" if IS_HTTPS else "device"  # the cookie of a paired tablet
if IS_HTTPS:
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"
    CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HSTS_SUBDOMAINS
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# The reverse proxy redirects browsers to HTTPS; health checks and webhooks may reach us behind it by HTTP. The headers
# whose middlewares W001 and W002 miss are set by booking.web.frame.
SILENCED_SYSTEM_CHECKS = ["security.W001", "security.W002", "security.W008"]
SILENCED_SYSTEM_CHECKS += [] if HSTS_SUBDOMAINS else ["security.W005", "security.W021"]
SECURE_REFERRER_POLICY = "no-referrer"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# What a page may use of a device: its position, to find the nearest store. The arrivals' own page adds the camera.
PERMISSIONS_POLICY = (
    "accelerometer=(), autoplay=(self), camera=(), display-capture=(), geolocation=(self), gyroscope=(),"
    " magnetometer=(), microphone=(), midi=(), payment=(), usb=()"
)
CAMERA_POLICY = PERMISSIONS_POLICY.replace("camera=()", "camera=(self)")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "style-src": ["'self'"],
        "script-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "worker-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
        "object-src": ["'none'"],
    }
}
# The largest body in bytes; larger on a page that takes a file, for signed-in users. No body is
# written to the disk.
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024 + DATA_UPLOAD_MAX_MEMORY_SIZE
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]

# --- API ----------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "booking.web.problem_json.problem_for",
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Carillon",
    "DESCRIPTION": "Booking of visits to a shop.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_PATCH": False,
    # Two kinds of objects have a `status` with different values, and a visit's mode has two names.
    "ENUM_NAME_OVERRIDES": {
        "BookingStatus": ["confirmed", "checked_in", "in_service", "completed", "cancelled", "no_show"],
        "WaitingStatus": ["waiting", "offered", "booked", "expired", "left"],
        "VisitMode": ["store", "phone", "video"],
    },
}
REST_KNOX = {"TOKEN_TTL": None, "AUTH_HEADER_PREFIX": "Token"}

# --- Language and time: every store has its own zone; the process itself runs in UTC ------------
LANGUAGE_CODE = "en"
# Each language by its own name, as its readers look for it. Staff have the first two.
LANGUAGES = [
    ("fr", "Français"),
    ("en", "English"),
    ("de", "Deutsch"),
    ("es", "Español"),
    ("ar", "العربية"),
    ("uk", "Українська"),
]
STAFF_LANGUAGES = ("fr", "en")
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- Static files -------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
WHITENOISE_MIMETYPES = {".speculationrules": "application/speculationrules+json"}
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "booking.operations.static_files.StaticFiles"},
}

# --- Logs: one JSON object a line on standard output, no personal data --------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "booking.operations.logs.JsonLine"}},
    "handlers": {"stdout": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "json"}},
    "root": {"handlers": ["stdout"], "level": "INFO"},
    "loggers": {
        "django.request": {"level": "CRITICAL"},  # booking.web.frame logs each request, without its query
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        "django-q": {"level": "WARNING"},
        "twilio": {"level": "WARNING"},
    },
}
