"""Models of stores, their members, desks, visit types, hours, and slots that have a row."""

from stores.models.calendars import BusyTime, DeskCalendar
from stores.models.changes import SetupChange
from stores.models.hours import OpeningHours, Recurrence, SpecialHours, StoreClosing, Weekday
from stores.models.invitations import GivenPassword, LinkInvitation, StoreInvitation
from stores.models.organizations import OrganizationMembership
from stores.models.patterns import PatternTaken
from stores.models.search import SearchSpelling, SearchWord, StoreWord
from stores.models.slots import Slot, StoreDay
from stores.models.store import (
    CapacityCounts,
    FeedbackWhen,
    LineShows,
    Organization,
    OrganizationKind,
    ReminderChannel,
    Role,
    Store,
    StoreMembership,
    Wheelchair,
)
from stores.models.visits import (
    Desk,
    DeskAbsence,
    DeskHours,
    QuestionKind,
    StoreQuestion,
    VisitMode,
    VisitType,
    VisitTypeHours,
)

__all__ = [
    "BusyTime",
    "CapacityCounts",
    "Desk",
    "DeskAbsence",
    "DeskCalendar",
    "DeskHours",
    "FeedbackWhen",
    "GivenPassword",
    "LineShows",
    "LinkInvitation",
    "OpeningHours",
    "Organization",
    "OrganizationKind",
    "OrganizationMembership",
    "PatternTaken",
    "QuestionKind",
    "Recurrence",
    "ReminderChannel",
    "Role",
    "SearchSpelling",
    "SearchWord",
    "SetupChange",
    "Slot",
    "SpecialHours",
    "Store",
    "StoreClosing",
    "StoreDay",
    "StoreInvitation",
    "StoreMembership",
    "StoreQuestion",
    "StoreWord",
    "VisitMode",
    "VisitType",
    "VisitTypeHours",
    "Weekday",
    "Wheelchair",
]
