"""A short faulty run, so that what `make test-faults` runs for hours is in order whenever it is wanted."""

import pytest

from tests.faults.run import Plan, run

pytestmark = [pytest.mark.slow, pytest.mark.plain]


def test_a_short_run_with_mild_faults_and_a_killed_worker_loses_and_doubles_nothing() -> None:
    report = run(Plan(7, "sqlite", seconds=8, manner="mild", only=["kill_worker"], has_night=False))

    verdict = report.verdict
    assert (verdict.lost, verdict.doubled, verdict.at_night, verdict.after_the_end) == ([], [], [], [])
    assert report.is_right, report.figures()
    assert report.operations > 0
    assert report.provider_faults > 0
    assert report.happened["kill_worker"] > 0
