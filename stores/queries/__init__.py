"""What is asked of stores: the rules of one, one in full, and those found by a search."""

from stores.queries.found import (
    COUNTED_MAX,
    PAGE_SIZE,
    PAGE_SIZE_MAX,
    BadCursor,
    SlugsPage,
    StoresFound,
    StoresPage,
    stores_page,
)
from stores.queries.one_store import (
    ListedStore,
    Question,
    StoreDetail,
    StoreSummary,
    VisitTypeDetail,
    listed_stores,
    store_detail,
    store_questions,
    store_rules,
)

__all__ = [
    "COUNTED_MAX",
    "PAGE_SIZE",
    "PAGE_SIZE_MAX",
    "BadCursor",
    "ListedStore",
    "Question",
    "SlugsPage",
    "StoreDetail",
    "StoreSummary",
    "StoresFound",
    "StoresPage",
    "VisitTypeDetail",
    "listed_stores",
    "store_detail",
    "store_questions",
    "store_rules",
    "stores_page",
]
