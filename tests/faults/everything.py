"""`make test-faults`: everything goes wrong at once, by seeds, and what came of it as a table.

Run as `python -m tests.faults.everything --seed 11 --database postgresql --seconds 90`. It ends with 1 where a message
was lost or doubled, or anything else was wrong; with `--control` where the judge does not see that the provider lies.
"""

import argparse
import json
import signal
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.everything import BASE
from tests.faults.run import Plan, Report, run

HEADINGS = ("seed", "database", "operations", "accepted", "faults", "machines", "lost", "doubled", "at night",
            "after the end", "not reminded", "to a person", "5xx", "left over", "settled", "median/p95/max",
            "right")  # fmt: skip


def main() -> int:
    """Run what the command line asks for."""
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    reader = argparse.ArgumentParser(prog="test-faults")
    reader.add_argument("--seed", type=int, default=11)
    reader.add_argument("--seeds", type=int, default=1, help="so many, from --seed on")
    reader.add_argument("--database", choices=["sqlite", "postgresql", "both"], default="both")
    reader.add_argument("--seconds", type=float, default=90)
    reader.add_argument("--jobs", type=int, default=1, help="runs at the same time")
    reader.add_argument("--only", action="append", default=[], help="a kind of fault of the machines, as kill_worker")
    reader.add_argument("--no-night", action="store_true")
    reader.add_argument("--control", action="store_true", help="the provider's list lies: the judge must see it")
    reader.add_argument("--keep", type=Path, help="a folder for the logs of the runs")
    given = reader.parse_args()
    subprocess.run([sys.executable, "manage.py", "compile_translations"], cwd=BASE, check=True)
    databases = ["sqlite", "postgresql"] if given.database == "both" else [given.database]
    plans = [
        Plan(
            seed, database, given.seconds, manner="lying" if given.control else "faulty", only=given.only,
            keep=given.keep,
            has_machine_faults=not given.control, has_night=not given.no_night and not given.control,
        )
        for seed in range(given.seed, given.seed + given.seeds)
        for database in databases
    ]  # fmt: skip
    if given.jobs == 1:
        reports = list(map(run_and_tell, plans))  # in this thread, so that a signal ends what it started
    else:
        with ThreadPoolExecutor(given.jobs) as pool:
            reports = list(pool.map(run_and_tell, plans))
    print(table([report for report in reports if report is not None]))
    if given.control:
        return int(not all(report and report.verdict.doubled for report in reports))
    return int(not all(report and report.is_right for report in reports))


def run_and_tell(plan: Plan) -> Report | None:
    """Run one seed and print its line; None where the run itself broke."""
    try:
        report = run(plan)
    except Exception as error:  # noqa: BLE001 -- the other seeds go on
        print(json.dumps({"seed": plan.seed, "database": plan.database, "broke": repr(error)}), flush=True)
        return None
    print(json.dumps(report.figures()), flush=True)
    return report


def table(reports: Sequence[Report]) -> str:
    """Return the reports as a table of Markdown."""
    rows = [HEADINGS, tuple("---" for _ in HEADINGS), *map(row, reports)]
    return "\n".join(f"| {' | '.join(map(str, cells))} |" for cells in rows)


def row(report: Report) -> tuple[object, ...]:
    """Return the cells of one report."""
    verdict, seconds = report.verdict, report.verdict.figures()["seconds"]
    return (
        report.plan.seed, report.plan.database, report.operations, report.accepted, report.provider_faults,
        sum(report.happened.values()), len(verdict.lost), len(verdict.doubled), len(verdict.at_night),
        len(verdict.after_the_end), len(verdict.not_reminded), verdict.left_to_person,
        sum(report.server_errors.values()), report.left_over, f"{report.settled_seconds:.0f} s",
        " / ".join(str(seconds[name]) for name in ("median", "p95", "max")), "yes" if report.is_right else "NO",
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
