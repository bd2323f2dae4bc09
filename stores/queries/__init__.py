"""Queries of stores: the rules of a store, a store in full, and search results."""

from stores.queries.changes import AuditEntry, ChangesPage, setup_changes
from stores.queries.countries import forget_country, last_known_country
from stores.queries.day_sheets import DAY_SHEET_ASKED, asked_day_sheet, day_sheet_wish
from stores.queries.doors import door_number
from stores.queries.one_store import SLUG, UnknownStore, first_day_around, rules_around, store_rules
from stores.queries.organizations import (
    OrganizationDetail,
    TownFound,
    organization_detail,
    organizations,
    organizations_of,
    towns,
)
from stores.queries.protection import asks_proof_under_load
from stores.queries.public_data import (
    ListedStore,
    StoreDetail,
    StoreSummary,
    VisitTypeDetail,
    listed_stores,
    store_detail,
)
from stores.queries.rules_cache import kept_rules
from stores.queries.slugs import embed_origins, organization_slugs, store_count, store_slugs
from stores.queries.store_page import (
    Question,
    StorePage,
    every_question,
    question_of,
    questions_about,
    store_in_full,
    store_page,
    store_questions,
)
from stores.queries.store_search import (
    COUNTED_MAX,
    PAGE_SIZE,
    PAGE_SIZE_MAX,
    BadCursor,
    SlugsPage,
    StoresFound,
    StoresPage,
    stores_page,
)
from stores.queries.user_names import folded_name, user_called, user_named_like
from stores.queries.waiting_rooms import WaitingRoom, known_waiting_room, waiting_room_of

__all__ = [
    "COUNTED_MAX",
    "DAY_SHEET_ASKED",
    "PAGE_SIZE",
    "PAGE_SIZE_MAX",
    "SLUG",
    "AuditEntry",
    "BadCursor",
    "ChangesPage",
    "ListedStore",
    "OrganizationDetail",
    "Question",
    "SlugsPage",
    "StoreDetail",
    "StorePage",
    "StoreSummary",
    "StoresFound",
    "StoresPage",
    "TownFound",
    "UnknownStore",
    "VisitTypeDetail",
    "WaitingRoom",
    "asked_day_sheet",
    "asks_proof_under_load",
    "day_sheet_wish",
    "door_number",
    "embed_origins",
    "every_question",
    "first_day_around",
    "folded_name",
    "forget_country",
    "kept_rules",
    "known_waiting_room",
    "last_known_country",
    "listed_stores",
    "organization_detail",
    "organization_slugs",
    "organizations",
    "organizations_of",
    "question_of",
    "questions_about",
    "rules_around",
    "setup_changes",
    "store_count",
    "store_detail",
    "store_in_full",
    "store_page",
    "store_questions",
    "store_rules",
    "store_slugs",
    "stores_page",
    "towns",
    "user_called",
    "user_named_like",
    "waiting_room_of",
]
