"""Pages and the API write nothing themselves: they call one function of a domain package, which writes all or nothing.

A write in a view stands outside the transaction of the function called before it, so a crash in between leaves half.
"""

import re
from pathlib import Path

from django.conf import settings

FACES = ("booking/staff", "booking/customer", "booking/api")
WRITES = re.compile(
    r"\.(save|delete|create|update|bulk_create|bulk_update|get_or_create|update_or_create)\("
    r"|\btransaction\b|\bselect_for_update\b|\.cursor\("
)
# Files of a face that may write, and why.
MAY = {
    "booking/api/idempotency.py": "keeps the API's own answer, in one transaction with what the request does",
}


def writes(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if WRITES.search(line)]


def test_only_domain_packages_write() -> None:
    root = Path(settings.BASE_DIR)
    found = {
        str(path.relative_to(root)): writes(path.read_text()) for face in FACES for path in (root / face).rglob("*.py")
    }
    assert {name: lines for name, lines in found.items() if lines and name not in MAY} == {}
    assert all(found[name] for name in MAY), "nothing to except any more"


def test_the_clocks_tasks_call_services_alone() -> None:
    assert writes((Path(settings.BASE_DIR) / "booking/tasks.py").read_text()) == []


def test_guard_sees_a_write() -> None:
    assert writes("    AuthToken.objects.filter(user=user).delete()\n    def delete(self, request):") == [
        "AuthToken.objects.filter(user=user).delete()"
    ]
    assert writes("@transaction.atomic\n")
