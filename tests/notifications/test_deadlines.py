"""Calls end in time; one that was given up before it left never leaves."""

import threading

import pytest

from notifications.deadlines import OutOfTime, SendGate, within


def test_a_call_that_ends_returns_or_raises_as_it_would() -> None:
    assert within(1, lambda: "yes", give_up=lambda: None) == "yes"
    with pytest.raises(ZeroDivisionError):
        within(1, lambda: 1 / 0, give_up=lambda: None)


def test_a_call_that_does_not_end_is_given_up() -> None:
    given_up = threading.Event()

    with pytest.raises(OutOfTime):
        within(0.1, lambda: given_up.wait(60), give_up=given_up.set)

    assert given_up.is_set()


def test_a_closed_gate_lets_nobody_through() -> None:
    gate = SendGate()

    gate.close()

    with pytest.raises(OutOfTime):
        gate.pass_through()
    assert not gate.has_left


def test_who_has_left_has_left() -> None:
    gate = SendGate()
    gate.pass_through()

    gate.close()

    assert gate.has_left
