"""The waiting room: when more visitors want to book at once than the installation takes, newcomers wait in order.

A store switches it on. Nothing about those who wait is stored: each carries a sealed ticket (docs/decisions/0048).
"""
