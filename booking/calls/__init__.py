"""Booking by a phone call, by keypad: a dialogue of single keys (docs/decisions/0053-booking-by-keypad.md)."""
