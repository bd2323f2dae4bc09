"""Mail domains with a typing error: "gmial.com", where gmail.com was likely meant. A hint, never a rule."""

# The mail domains of most people in the countries we know; also domains that differ from one of them by one letter.
_COMMON = frozenset(
    {
        *(
            "gmail.com",
            "googlemail.com",
            "ymail.com",
            "mail.com",
            "email.com",
            "aol.com",
            "msn.com",
            "me.com",
            "mac.com",
        ),
        *("hotmail.com", "hotmail.fr", "hotmail.de", "hotmail.es", "hotmail.it", "hotmail.be", "hotmail.co.uk"),
        *("outlook.com", "outlook.fr", "outlook.de", "outlook.es", "outlook.it", "outlook.be"),
        *("live.com", "live.fr", "live.be", "live.co.uk", "icloud.com", "proton.me", "protonmail.com", "pm.me"),
        *("yahoo.com", "yahoo.fr", "yahoo.de", "yahoo.es", "yahoo.it", "yahoo.co.uk", "rocketmail.com"),
        *("orange.fr", "wanadoo.fr", "free.fr", "sfr.fr", "neuf.fr", "laposte.net", "bbox.fr", "numericable.fr"),
        *("gmx.de", "gmx.net", "gmx.at", "gmx.ch", "gmx.fr", "gmx.com", "web.de", "t-online.de", "freenet.de"),
        *("posteo.de", "mailbox.org", "bluewin.ch", "skynet.be", "telenet.be", "ukr.net", "i.ua", "meta.ua"),
    }
)
# A short domain with one letter more or less is often another existing one.
_SHORTEST = 8


def likely_meant(email: str) -> str:
    """Return the address that was likely meant, "" without a doubt; takes an address in lower case."""
    local, at, domain = email.rpartition("@")
    if not at or len(domain) < _SHORTEST or domain in _COMMON:
        return ""
    near = sorted(common for common in _COMMON if len(common) >= _SHORTEST and _is_one_slip_away(domain, common))
    return f"{local}@{near[0]}" if len(near) == 1 else ""


def _is_one_slip_away(typed: str, meant: str) -> bool:
    """Tell whether one letter was left out, doubled or wrong, or two neighbors were swapped."""
    start = 0
    while start < min(len(typed), len(meant)) and typed[start] == meant[start]:
        start += 1
    rest, wanted = typed[start:], meant[start:]
    if len(typed) == len(meant):
        return rest[1:] == wanted[1:] or (rest[:2] == wanted[:2][::-1] and rest[2:] == wanted[2:])
    return rest[1:] == wanted if len(typed) == len(meant) + 1 else rest == wanted[1:]
