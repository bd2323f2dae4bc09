import pytest
from pytest_django import Settings

from notifications.checks import check_messages

TWILIO = {
    "SMS_GATEWAY": "twilio",
    "TWILIO_ACCOUNT_SID": "AC1",
    "TWILIO_AUTH_TOKEN": "x",
    "TWILIO_FROM": "+33700000000",
    "TWILIO_API_URL": "https://api.twilio.com",
    "PUBLIC_URL": "https://booking.example.org",
}


@pytest.mark.parametrize(
    ("changes", "variable"),
    [
        ({"SMS_GATEWAY": "pigeon"}, "SMS_GATEWAY"),
        ({"SMS_GATEWAY": "twilio"}, "TWILIO_ACCOUNT_SID"),
        ({"SMS_GATEWAY": "twilio", "TWILIO_ACCOUNT_SID": "AC"}, "TWILIO_AUTH_TOKEN"),
        (
            {"SMS_GATEWAY": "twilio", "TWILIO_ACCOUNT_SID": "AC", "TWILIO_AUTH_TOKEN": "x"},
            "TWILIO_MESSAGING_SERVICE_SID",
        ),
        ({"TWILIO_API_URL": "localhost:1"}, "TWILIO_API_URL"),
        ({"TWILIO_API_URL": "http://:99x"}, "TWILIO_API_URL"),
        ({"SMS_COUNTRIES": ["FR", "XX"]}, "SMS_COUNTRIES"),
        ({"SMS_DAILY_BUDGET": -1}, "SMS_DAILY_BUDGET"),
        ({"SMS_HOURLY_BUDGET": -1}, "SMS_HOURLY_BUDGET"),
        ({"EMAIL_URL": "http://mail"}, "EMAIL_URL"),
        ({"EMAIL_URL": "smtp://"}, "EMAIL_URL"),
        ({"EMAIL_PROVIDER": "pigeon", "EMAIL_WEBHOOK_KEY": "x"}, "EMAIL_PROVIDER"),
        ({"EMAIL_PROVIDER": "mailgun"}, "EMAIL_WEBHOOK_KEY"),
        ({"EMAIL_PROVIDER": "mailgun", "EMAIL_WEBHOOK_KEY": "é"}, "EMAIL_WEBHOOK_KEY"),
        ({"EMAIL_PROVIDER": "mailgun", "EMAIL_WEBHOOK_KEY": "x", "EMAIL_REPLIES": "a+b@example.org"}, "EMAIL_REPLIES"),
        ({"EMAIL_REPLIES": "visit@in.example.org"}, "EMAIL_PROVIDER"),
        ({"TWILIO_AUTH_TOKEN": "CHANGE-ME"}, "TWILIO_AUTH_TOKEN"),
        ({"EMAIL_URL": "smtp+tls://carillon:CHANGE-ME@mail.example.org:587"}, "EMAIL_URL"),
        ({**TWILIO, "TWILIO_FROM": "Pharmacie de la Breche"}, "TWILIO_FROM"),
        ({**TWILIO, "TWILIO_FROM": "+0"}, "TWILIO_FROM"),
        ({**TWILIO, "PUBLIC_URL": "http://127.0.0.1:8000"}, "PUBLIC_URL"),
        ({**TWILIO, "PUBLIC_URL": "http://localhost:8000"}, "PUBLIC_URL"),
        ({"EMAIL_URL": "smtp://mail.example.org", "DEFAULT_FROM_EMAIL": "nonsense"}, "EMAIL_FROM"),
        ({"Q_CLUSTER": {"retry": 10, "timeout": 60}}, "Q_CLUSTER"),
    ],
)
def test_a_setting_that_cannot_work_is_named(settings: Settings, changes, variable) -> None:
    for name, value in changes.items():
        setattr(settings, name, value)

    found = check_messages()

    assert found[0].msg.startswith(f"{variable}:")


def test_the_defaults_are_fine() -> None:
    assert check_messages() == []


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"TWILIO_FROM": "Pharmacie"},
        {"TWILIO_FROM": "36180"},
        {"TWILIO_FROM": "", "TWILIO_MESSAGING_SERVICE_SID": "MG1"},
        {"PUBLIC_URL": "http://127.0.0.1:8000", "TWILIO_API_URL": "http://127.0.0.1:9000"},  # a provider of one's own
        {"EMAIL_URL": "smtp://127.0.0.1:2525", "DEFAULT_FROM_EMAIL": "carillon@127.0.0.1"},  # without EMAIL_FROM
        {"EMAIL_URL": "smtp://mail.example.org", "DEFAULT_FROM_EMAIL": "The shop <booking@example.org>"},
    ],
)
def test_what_can_work_is_fine(settings: Settings, changes: dict[str, str]) -> None:
    for name, value in {**TWILIO, **changes}.items():
        setattr(settings, name, value)

    assert check_messages() == []
