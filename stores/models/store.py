"""Stores, organizations, and memberships of stores."""

from datetime import time
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class CapacityCounts(models.TextChoices):
    """What one place of a slot counts: a person or a visit."""

    PEOPLE = "people", _("people")
    VISITS = "visits", _("visits")


class Wheelchair(models.TextChoices):
    YES = "yes", _("accessible by wheelchair")
    LIMITED = "limited", _("partly accessible by wheelchair")
    NO = "no", _("not accessible by wheelchair")
    UNKNOWN = "", _("not known")


class LineShows(models.TextChoices):
    """How people are called when it is their turn."""

    CODE = "code", _("a code")
    FIRST_NAME = "first_name", _("their first name")


class ReminderChannel(models.TextChoices):
    """By which channel reminders go; where a customer cannot be reached by it, by the other one."""

    TEXT_FIRST = "text_first", _("by text, else by e-mail")
    EMAIL_FIRST = "email_first", _("by e-mail, else by text")
    BOTH = "both", _("by both")
    NONE = "none", _("not at all")


class FeedbackWhen(models.TextChoices):
    """When customers are asked one question after their visit."""

    HOURS = "hours", _("two hours after the visit")
    MORNING = "morning", _("the next morning")


class OrganizationKind(models.TextChoices):
    """The kinds of organizations."""

    TOWN = "town", _("town")
    CHAIN = "chain", _("chain")


class Organization(models.Model):
    """A town that gathers its merchants, or a chain with its shops; a store may belong to one of each."""

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=5, choices=OrganizationKind)
    introduction = models.CharField(max_length=300, blank=True)
    website = models.URLField(max_length=255, blank=True)
    # The store whose set-up the others take over, if one was chosen.
    pattern_store = models.ForeignKey("Store", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.slug


class Store(models.Model):
    """A shop that is visited; its zone rules every day and hour of it."""

    slug = models.SlugField(max_length=80, unique=True)
    source_id = models.CharField(max_length=80, unique=True, null=True, blank=True)  # "node/738106216"
    name = models.CharField(max_length=255)
    street = models.CharField(max_length=255, blank=True)
    postal_code = models.CharField(max_length=20, blank=True)
    town = models.CharField(max_length=120, blank=True)
    country = models.CharField(max_length=2)
    latitude = models.FloatField()
    longitude = models.FloatField()
    time_zone = models.CharField(max_length=64)
    phone = models.CharField(max_length=40, blank=True)  # E.164
    email = models.EmailField(blank=True)
    website = models.URLField(max_length=255, blank=True)
    wheelchair = models.CharField(max_length=7, choices=Wheelchair, blank=True)
    notice = models.CharField(max_length=300, blank=True)
    # The hours at the last import. Hours that a manager changed since then stay until the hours of the source change.
    source_hours = models.CharField(max_length=64, blank=True, editable=False)  # SHA-256 in hex
    # The same for phone, e-mail, website and wheelchair: a manager's later changes stay as well.
    source_contact = models.CharField(max_length=64, blank=True, editable=False)
    # What people changed by hand of name, address and position, by column: imports keep it.
    own_address = models.JSONField(default=list, db_default=[], blank=True, editable=False)
    # Name, town and postal code in plain lower case, the text that searches look through (`stores.words.search_text`).
    search_text = models.CharField(max_length=400, blank=True, editable=False)

    slot_minutes = models.PositiveSmallIntegerField(default=15)
    capacity_counts = models.CharField(max_length=6, choices=CapacityCounts, default=CapacityCounts.PEOPLE)
    minimum_notice_minutes = models.PositiveIntegerField(default=60)
    booking_horizon_days = models.PositiveSmallIntegerField(default=28)
    change_until_minutes = models.PositiveIntegerField(default=120)
    open_bookings_per_customer = models.PositiveSmallIntegerField(default=2)
    keep_days = models.PositiveSmallIntegerField(default=90)

    # When messages go: reminders this many days before the visit ("3,1"), texts between these hours of local time.
    reminder_days = models.CharField(max_length=20, blank=True, default="3,1")
    messages_from = models.TimeField(default=time(8))
    messages_until = models.TimeField(default=time(20))
    # By which channel reminders go, and how many hours before the visit one more does; 0 for none.
    reminder_channel = models.CharField(max_length=12, choices=ReminderChannel, default=ReminderChannel.TEXT_FIRST)
    reminder_hours = models.PositiveSmallIntegerField(default=0)
    # Whether customers who gave an e-mail address get the confirmation by text as well.
    confirms_by_text = models.BooleanField(default=True)
    # The reminders of visits that are booked may not follow what is set here yet: a task looks at them.
    has_stale_reminders = models.BooleanField(default=False, db_default=False, editable=False)
    # The store's own texts, where it has some instead of ours: {"sms": {"reminder": {"fr": "…"}}, "email": {…}}.
    own_texts = models.JSONField(default=dict, blank=True)
    # When customers are asked whether the visit gave them what they came for; "" for never.
    feedback_when = models.CharField(max_length=7, choices=FeedbackWhen, blank=True, default="", db_default="")
    # The number at which a program answers and books by keypad, in E.164; empty where the store has none.
    keypad_phone = models.CharField(max_length=20, blank=True)
    sms_word = models.CharField(max_length=12, blank=True)  # whoever texts it books by text; "" for nobody
    saved_replies = models.JSONField(default=list, blank=True)  # which staff need often

    organizations = models.ManyToManyField(Organization, related_name="stores", blank=True)
    offers_desk_choice = models.BooleanField(default=False)  # customers may say which desk, or adviser, serves them
    # Sites that may show this store's times in a frame: origins, separated by single spaces.
    embed_origins = models.CharField(max_length=500, blank=True)
    # Whether a customer's browser is asked for a proof of work while far more is booked than usual.
    asks_proof_under_load = models.BooleanField(default=True)
    # Whether visitors wait in order while more want to book than the installation takes, and when bookings open.
    has_waiting_room = models.BooleanField(default=False)
    bookings_open_at = models.DateTimeField(null=True, blank=True)

    # Whether the store's managers need a second factor.
    requires_second_factor = models.BooleanField(default=False)

    # The address to which the day sheet is mailed before the store opens, and its language; no mail if empty.
    day_sheet_email = models.EmailField(blank=True)
    day_sheet_language = models.CharField(max_length=5, default="fr")

    # How a screen calls people: never by more than a first name.
    line_shows = models.CharField(max_length=10, choices=LineShows, default=LineShows.CODE)

    # Raised when a manager makes a new code for the door. The code's secret is made from this number and the server's
    # key.
    door_number = models.PositiveIntegerField(default=1)

    # The parts of the set-up that people have ever changed here, by their names in the trail. The trail itself is
    # deleted later.
    changed_parts = models.JSONField(default=list, editable=False)

    # The first steps that somebody said are right, by name, and END once nobody needs them any more.
    steps_done = models.JSONField(default=list, db_default=[], blank=True, editable=False)

    # The webhooks that are on, by their ids ("3,17"): here too, as each change of a visit reads the store anyway.
    webhook_ids = models.CharField(max_length=120, blank=True, editable=False)

    # Raised by every change of what slots are made from: hours, desks, visit types or policy.
    hours_version = models.PositiveIntegerField(default=1)
    # SHA-256 of the calendar feed's secret, in hex; the secret itself is shown once.
    feed_digest = models.CharField(max_length=64, unique=True, null=True, blank=True, editable=False)
    created_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["postal_code"], name="store_postal_code"),
            models.Index(fields=["latitude", "longitude"], name="store_position"),
            models.Index(fields=["keypad_phone"], name="store_keypad_phone"),
            models.Index(fields=["id"], name="store_stale_reminders", condition=Q(has_stale_reminders=True)),
            # Few stores have one, and all of these are asked for at once.
            models.Index(fields=["slug"], name="store_waiting_room", condition=Q(has_waiting_room=True)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["sms_word"], condition=~Q(sms_word=""), name="store_sms_word_once"),
            models.CheckConstraint(
                condition=Q(slot_minutes__gte=5, slot_minutes__lte=480), name="store_slot_minutes_in_range"
            ),
        ]

    @property
    def zone(self) -> ZoneInfo:
        """The store's time zone."""
        return ZoneInfo(self.time_zone)

    def __str__(self) -> str:
        return self.slug


class Role(models.TextChoices):
    MANAGER = "manager", _("manager")
    STAFF = "staff", _("staff")


class StoreMembership(models.Model):
    """A person who works at a store."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=7, choices=Role)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "store"], name="one_membership_a_store")]

    def __str__(self) -> str:
        return f"{self.user_id}@{self.store_id} {self.role}"
