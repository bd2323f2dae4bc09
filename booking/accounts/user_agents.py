"""Browser names from the User-Agent header: family and system."""

# The order matters: most of them claim to be some of the later ones.
_FAMILIES = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)


def browser_in_words(user_agent: str) -> str:
    """Return a browser as "Firefox, Windows"; "" for an unknown one."""
    parts = (next((name for sign, name in known if sign in user_agent), "") for known in (_FAMILIES, _SYSTEMS))
    return ", ".join(part for part in parts if part)
