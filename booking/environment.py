"""The environment: readers of variables for the settings. They raise ImproperlyConfigured, naming the variable."""

import re
import secrets
from decimal import Decimal
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

SQLITE = "django.db.backends.sqlite3"
# A host that is gone without a word is given up after some 10 s; by itself Linux waits for a quarter of an hour.
DEAD_HOST = {"tcp_user_timeout": 10_000, "keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3}
# What each session of PostgreSQL is started with; behind a pooler the role has them.
SESSION_TIMEOUTS = {"lock_timeout": "3s", "idle_in_transaction_session_timeout": "60s"}
env = environ.Env()
_SWITCH = {
    "": False,
    **dict.fromkeys(("on", "true", "yes", "1"), True),
    **dict.fromkeys(("off", "false", "no", "0"), False),
}


def key_file(data_dir: Path) -> Path:
    """Return where a key is kept that Carillon made itself."""
    return data_dir / "secret_key"


def read_or_make_key(data_dir: Path) -> str:
    """Return the key stored in DATA_DIR; the first start creates it, readable by its owner only."""
    path = key_file(data_dir)
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        pass
    fresh = data_dir / f".secret_key.{secrets.token_hex(8)}"
    fresh.touch(mode=0o600)
    fresh.write_text(secrets.token_urlsafe(64))
    try:
        path.hardlink_to(fresh)  # only one of several processes that start at once creates it
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
    return path.read_text().strip()


def read_secret(name: str) -> str:
    """Return a variable that holds a secret, or the content of the file that NAME_FILE names."""
    path = env.str(f"{name}_FILE", "")
    if not path:
        return str(env.str(name, ""))
    if env.str(name, ""):
        raise ImproperlyConfigured(f"{name}_FILE: cannot be set together with {name}.")
    try:
        return Path(path).read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise ImproperlyConfigured(f"{name}_FILE: {path} cannot be read ({reason}).") from error


def read_number(name: str, default: int) -> int:
    """Return a variable that holds a whole number."""
    try:
        return int(env.str(name, "") or default)
    except ValueError:
        raise ImproperlyConfigured(f"{name}: must be a whole number.") from None


def read_amount(name: str) -> Decimal:
    """Return a variable that holds an amount, exactly; 0 where it is empty."""
    text = env.str(name, "").strip() or "0"
    if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,4})?", text):
        raise ImproperlyConfigured(f"{name}: must be a number such as 7.5, below 1000.")
    return Decimal(text)


def read_switch(name: str, default: bool) -> bool:
    """Return a variable that is on or off, in whatever words."""
    text = env.str(name, "").strip().lower()
    if text not in _SWITCH:
        raise ImproperlyConfigured(f"{name}: must be on or off.")
    return _SWITCH[text] if text else default


def trusted_proxies(named: list[str], *, is_https: bool) -> list[str]:
    """Return the proxies to trust. Carillon speaks no TLS: a proxy does, on this machine if none is named."""
    return named or (["127.0.0.1", "::1"] if is_https else [])


def read_networks(name: str) -> list[IPv4Network | IPv6Network]:
    """Return the networks that a variable lists: 10.0.0.0/8, fd00::/8."""
    try:
        return [ip_network(one.strip()) for one in env.list(name, default=[]) if one.strip()]
    except ValueError:
        raise ImproperlyConfigured(f"{name}: must list networks such as 10.0.0.0/8, separated by commas.") from None


def database_settings(url: str, *, name: str = "DATABASE_URL") -> dict[str, Any]:
    """Return Django's settings of the database at an address, which a variable of that name holds."""
    if not url.startswith(("sqlite://", "postgres://", "postgresql://")):
        raise ImproperlyConfigured(f"{name}: only sqlite:// and postgres:// addresses are known.")
    try:
        found: dict[str, Any] = env.db_url_config(url)
    except ValueError:
        raise ImproperlyConfigured(f"{name}: must look like postgres://user:password@host:port/name.") from None
    if found["ENGINE"] != SQLITE:
        options = {
            **DEAD_HOST,
            **found.get("OPTIONS", {}),
            "connect_timeout": 5,
            "server_side_binding": True,
            "prepare_threshold": 5,  # a statement is prepared when a connection runs it for the sixth time
            "options": " ".join(f"-c {option}={value}" for option, value in SESSION_TIMEOUTS.items()),
        }
        kept = {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}
        return {**found, **kept, "ENGINE": "booking.postgresql", "OPTIONS": options}
    if found["NAME"] == ":memory:":
        raise ImproperlyConfigured(f"{name}: needs a file, as in sqlite:////srv/carillon.sqlite3.")
    options = {
        # A writer takes its lock at BEGIN, so no transaction fails half way because of another one.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-16000;"
        " PRAGMA secure_delete=ON;",  # erased data is overwritten
    }
    return {**found, "OPTIONS": options}


def without_session(database: dict[str, Any]) -> dict[str, Any]:
    """Return the settings of a database behind a pooler: nothing is asked of a session, which is another each time."""
    if database["ENGINE"] == SQLITE:
        raise ImproperlyConfigured("DATABASE_DIRECT_URL: only with a DATABASE_URL that leads through PgBouncer.")
    options = {name: value for name, value in database["OPTIONS"].items() if name != "options"}
    return {**database, "DISABLE_SERVER_SIDE_CURSORS": True, "OPTIONS": {**options, "prepare_threshold": None}}


def replica_settings(url: str, *, of: dict[str, Any], is_pooled: bool) -> dict[str, Any]:
    """Return the settings of a copy that follows a database of PostgreSQL, behind a pooler if that is."""
    found = database_settings(url, name="DATABASE_REPLICA_URL")
    if SQLITE in (found["ENGINE"], of["ENGINE"]):
        raise ImproperlyConfigured("DATABASE_REPLICA_URL: only a PostgreSQL that follows the one of DATABASE_URL.")
    return without_session(found) if is_pooled else found
