"""Messages: how fast they leave, what one costs, and what bookings notice; one command prints the table.

    .venv/bin/python -m bench.messages [--due 6000] [--seconds 120] [--table 1000000] [--kills] [--sqlite]
        [--postgresql] [--only rush]

The providers are the tests' own: texts by HTTP, at 120 ms, and e-mails by SMTP. What else the machine does shows in
each figure, so the load of the last minute stands beside it; ratios are measured in turns. The full rush is
`--only rush --due 42000 --kills`.
"""

import argparse
import json
import os
import time
from collections.abc import Iterator
from contextlib import closing

from bench.message_house import p95, run_inside, works
from bench.message_rows import ROWS, Asked, Row
from bench.tables import print_head, print_row
from tests.asking import call

METRICS_CALLS = 100  # more than twenty for each process whose first call opens its connection


def large_table(count: int, *, is_sqlite: bool) -> Iterator[Row]:
    """Claim and settle fifty among many, and read the metrics of them."""
    with works(1, is_sqlite=is_sqlite) as made:
        house = made.house
        house.stop()  # nobody else claims
        took = json.loads(run_inside(house, "bench.message_table", fill=count).splitlines()[-1])
        parts = " + ".join(f"{took[part]:.1f}" for part in ("claim", "begin", "settle"))
        both = took["claim"] + took["settle"]
        among = f"among {count} settled and 20000 due later"
        yield Row(f"claim and settle of 50 {among}", f"{both:.1f} ms ({parts} with the note)", "< 10 ms", both < 10)
        house.start()
        times = []
        for _ in range(METRICS_CALLS):
            begun = time.monotonic()
            answer = call(house.port, "GET", "/metrics")
            times.append((time.monotonic() - begun) * 1000)
            assert answer.status == 200
        figure = f"first {times[0]:.1f} ms, then {sorted(times)[len(times) // 2]:.1f}, 95 of 100 {p95(times):.1f}"
        yield Row(f"/metrics {among}", figure, "< 20 ms", times[0] < 20 and p95(times) < 20)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--due", type=int, default=6000, help="messages that are due at one moment")
    parser.add_argument("--seconds", type=int, default=120, help="of bookings, once quiet and once not")
    parser.add_argument("--table", type=int, default=1_000_000, help="settled messages")
    parser.add_argument("--kills", action="store_true", help="kill -9 of the worker once a minute of the rush")
    parser.add_argument("--sqlite", action="store_true", help="this database alone")
    parser.add_argument("--postgresql", action="store_true", help="likewise")
    parser.add_argument("--only", choices=[*ROWS, "table"], help="one of the measurements")
    asked = parser.parse_args()
    print_head("database", "what", "figure", "goal", "reached", "load")
    for is_sqlite in (False, True):
        if asked.sqlite | asked.postgresql and not (asked.sqlite if is_sqlite else asked.postgresql):
            continue
        how = Asked(asked.due, asked.seconds, is_sqlite, asked.kills)
        for name in [asked.only] if asked.only else [*ROWS, "table"]:
            rows = large_table(asked.table, is_sqlite=is_sqlite) if name == "table" else ROWS[name](how)
            with closing(rows):
                for row in rows:
                    print_row("SQLite" if is_sqlite else "PostgreSQL", *row, f"{os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
