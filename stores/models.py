"""Where and when: stores, their people, desks, visit types, hours, and the slots something happened to."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Weekday(models.IntegerChoices):
    """As `date.weekday()` counts them."""

    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


class CapacityCounts(models.TextChoices):
    """What one place of a slot stands for."""

    PEOPLE = "people", _("people")
    VISITS = "visits", _("visits")


class Wheelchair(models.TextChoices):
    YES = "yes", _("accessible by wheelchair")
    LIMITED = "limited", _("partly accessible by wheelchair")
    NO = "no", _("not accessible by wheelchair")
    UNKNOWN = "", _("not known")


class OrganizationKind(models.TextChoices):
    """Who gathers stores under one name."""

    TOWN = "town", _("town")
    CHAIN = "chain", _("chain")


class Organization(models.Model):
    """A town that gathers its merchants, or a chain with its shops; a store may belong to one of each."""

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=5, choices=OrganizationKind)
    introduction = models.CharField(max_length=300, blank=True)
    website = models.URLField(max_length=255, blank=True)
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
    # What the hours were when last imported: hours a manager changed since stay until those of the source change.
    source_hours = models.CharField(max_length=64, blank=True, editable=False)  # SHA-256 in hex
    # Name, town and postal code in plain lower case, what a search is held against (`stores.words.search_text`).
    search_text = models.CharField(max_length=400, blank=True, editable=False)

    slot_minutes = models.PositiveSmallIntegerField(default=15)
    capacity_counts = models.CharField(max_length=6, choices=CapacityCounts, default=CapacityCounts.PEOPLE)
    minimum_notice_minutes = models.PositiveIntegerField(default=60)
    booking_horizon_days = models.PositiveSmallIntegerField(default=28)
    change_until_minutes = models.PositiveIntegerField(default=120)
    open_bookings_per_customer = models.PositiveSmallIntegerField(default=2)
    keep_days = models.PositiveSmallIntegerField(default=90)

    organizations = models.ManyToManyField(Organization, related_name="stores", blank=True)
    offers_desk_choice = models.BooleanField(default=False)  # customers may say which desk, or adviser, serves them
    # Sites that may show this store's times in a frame of their own: origins, one space between.
    embed_origins = models.CharField(max_length=500, blank=True)
    # Whether a customer's browser is asked for a proof of work while far more is booked than usual.
    asks_proof_under_load = models.BooleanField(default=True)

    # Raised by every change of hours, desks, visit types or policy: what slots were made from.
    hours_version = models.PositiveIntegerField(default=1)
    # SHA-256 of the calendar feed's secret, in hex; the secret itself is shown once.
    feed_digest = models.CharField(max_length=64, unique=True, null=True, blank=True, editable=False)
    created_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["postal_code"], name="store_postal_code"),
            models.Index(fields=["latitude", "longitude"], name="store_position"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(slot_minutes__gte=5, slot_minutes__lte=480), name="store_slot_minutes_in_range"
            ),
        ]

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


class Desk(models.Model):
    """Who or what serves visits: a team, or one named adviser."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="desks")
    slug = models.SlugField(max_length=40)
    name = models.CharField(max_length=80)
    capacity = models.PositiveSmallIntegerField()
    kept_back = models.PositiveSmallIntegerField(default=0)  # places the web may not take
    position = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "slug"], name="desk_slug_in_store"),
            models.CheckConstraint(condition=Q(kept_back__lte=F("capacity")), name="desk_kept_back_in_capacity"),
        ]

    def __str__(self) -> str:
        return self.slug


class DeskHours(models.Model):
    """When a desk serves, within the store's hours; a desk without any serves whenever the store is open."""

    desk = models.ForeignKey(Desk, on_delete=models.CASCADE, related_name="hours")
    weekday = models.PositiveSmallIntegerField(choices=Weekday)
    opens = models.TimeField()
    closes = models.TimeField()  # not after `opens`: past midnight

    class Meta:
        constraints = [models.UniqueConstraint(fields=["desk", "weekday", "opens"], name="desk_hours_once")]

    def __str__(self) -> str:
        return f"{self.desk_id} {self.weekday} {self.opens:%H:%M}-{self.closes:%H:%M}"


class VisitMode(models.TextChoices):
    """Where a visit takes place."""

    STORE = "store", _("in the store")
    PHONE = "phone", _("by phone")
    VIDEO = "video", _("by video")


class VisitType(models.Model):
    """Why a customer comes, and how many consecutive slots it takes."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="visit_types")
    slug = models.SlugField(max_length=40)
    name = models.CharField(max_length=80)
    slot_count = models.PositiveSmallIntegerField(default=1)
    max_party_size = models.PositiveSmallIntegerField(default=4)
    what_to_bring = models.CharField(max_length=300, blank=True)
    mode = models.CharField(max_length=5, choices=VisitMode, default=VisitMode.STORE)
    video_url = models.URLField(max_length=500, blank=True)  # shown to whoever booked, and to nobody else
    position = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "slug"], name="visit_type_slug_in_store"),
            models.CheckConstraint(condition=Q(slot_count__gte=1), name="visit_type_slot_count_positive"),
            models.CheckConstraint(condition=Q(max_party_size__gte=1), name="visit_type_max_party_size_positive"),
        ]

    def __str__(self) -> str:
        return self.slug


class QuestionKind(models.TextChoices):
    TEXT = "text", _("a short text")
    CHOICE = "choice", _("one of a list")


class StoreQuestion(models.Model):
    """What a store asks on its own pages beside name and contact: three questions at most, none by default."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="questions")
    text = models.CharField(max_length=120)
    kind = models.CharField(max_length=6, choices=QuestionKind, default=QuestionKind.TEXT)
    choices = models.TextField(max_length=1000, blank=True)  # one a line
    is_required = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "position"], name="store_question_position")]

    def __str__(self) -> str:
        return f"{self.store_id} {self.position}"


class OpeningHours(models.Model):
    """One interval of a weekday on which the store is open, in the store's wall-clock time."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="opening_hours")
    weekday = models.PositiveSmallIntegerField(choices=Weekday)
    opens = models.TimeField()
    closes = models.TimeField()  # not after `opens`: past midnight

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "weekday", "opens"], name="opening_hours_once")]

    def __str__(self) -> str:
        return f"{self.store_id} {self.weekday} {self.opens:%H:%M}-{self.closes:%H:%M}"


class SpecialHours(models.Model):
    """What holds on one date instead of the weekday's hours; a row without times says closed."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="special_hours")
    date = models.DateField()
    opens = models.TimeField(null=True, blank=True)
    closes = models.TimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "date", "opens"], name="special_hours_once"),
            models.CheckConstraint(
                condition=Q(opens__isnull=True, closes__isnull=True) | Q(opens__isnull=False, closes__isnull=False),
                name="special_hours_both_or_none",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.store_id} {self.date}"


class Slot(models.Model):
    """A slot to which something happened: a place taken, a capacity changed, a closing.

    All other slots exist by rule alone (`stores.slots`). Only `booking.services.places` changes the counters.
    """

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="slots")
    desk = models.ForeignKey(Desk, on_delete=models.PROTECT, related_name="slots")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    capacity = models.PositiveSmallIntegerField()
    # True once a manager set this slot's capacity: a change of the desk's no longer reaches it.
    has_own_capacity = models.BooleanField(default=False, db_default=False)
    places_taken = models.PositiveSmallIntegerField(default=0, db_default=0)
    places_taken_web = models.PositiveSmallIntegerField(default=0, db_default=0)
    squeezed = models.PositiveSmallIntegerField(default=0, db_default=0)  # places beyond capacity, let in knowingly
    closed = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "desk", "starts_at"], name="slot_once"),
            models.CheckConstraint(
                condition=Q(places_taken__lte=F("capacity") + F("squeezed")), name="slot_never_one_too_many"
            ),
            models.CheckConstraint(
                condition=Q(places_taken_web__lte=F("places_taken")), name="slot_web_places_are_places"
            ),
        ]
        indexes = [models.Index(fields=["store", "starts_at"], name="slot_store_starts_at")]

    def __str__(self) -> str:
        return f"{self.desk_id} {self.starts_at:%Y-%m-%dT%H:%MZ} {self.places_taken}/{self.capacity}"


class StoreDay(models.Model):
    """How often one of a store's days changed: what the ETags of its availability and schedule are made from."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="days")
    date = models.DateField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "date"], name="store_day_once")]

    def __str__(self) -> str:
        return f"{self.store_id} {self.date} v{self.version}"
