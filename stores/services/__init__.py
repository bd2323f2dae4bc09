"""Services that change a store: its hours, desks, visit types, policy, texts and members.

Every change of what slots are made from locks the store's row alone and raises `hours_version`. Nothing here knows of
bookings: `booking.store_setup.hours_changes` wraps the services that may affect bookings.
"""

from stores.services.address import ADDRESS_LONGEST, DEGREES_MOST, save_address
from stores.services.changes import change_line, forget_changes, hours_in_text, record_change
from stores.services.day_sheets import ask_day_sheet, save_day_sheet, use_asked_day_sheet
from stores.services.hours import (
    SPECIAL_DAYS_MAX,
    check_week,
    delete_special_hours,
    replace_opening_hours,
    save_opening_hours,
    save_special_hours,
    weekly_hours,
)
from stores.services.invitations import (
    answer_invitation,
    forget_invitations,
    invitations_at,
    invitations_of,
    take_back_invitation,
)
from stores.services.kind_rules import AT_ONCE_RANGE, KindRules, kind_rules_of
from stores.services.link_invitations import (
    InvitationOver,
    forget_link_invitations,
    invite_by_link,
    join_as_new_user,
    join_as_user,
    link_invitation,
    link_invitations_at,
    renew_link,
    withdraw_link,
)
from stores.services.messages import save_messages, save_own_text, save_own_texts
from stores.services.people import MembershipResult, add_member, person_named, remove_member
from stores.services.policy import (
    ORIGINS_MAX,
    POLICY_RANGES,
    WEBSITE_LONGEST,
    save_contact,
    save_embed_origins,
    save_feedback_when,
    save_keypad_phone,
    save_line_shows,
    save_notice,
    save_policy,
    save_protection,
    save_second_factor,
    save_waiting_room,
)
from stores.services.questions import CHOICE_LONGEST, CHOICES_LEAST, CHOICES_MAX, QUESTIONS_MAX, save_questions
from stores.services.texting import save_texting
from stores.services.values import BadHours, BadValue
from stores.services.visits import (
    CAPACITY_RANGE,
    VIDEO_URL_LONGEST,
    save_desk,
    save_desk_choice,
    save_visit_type,
)

__all__ = [
    "ADDRESS_LONGEST",
    "AT_ONCE_RANGE",
    "CAPACITY_RANGE",
    "CHOICES_LEAST",
    "CHOICES_MAX",
    "CHOICE_LONGEST",
    "DEGREES_MOST",
    "ORIGINS_MAX",
    "POLICY_RANGES",
    "QUESTIONS_MAX",
    "SPECIAL_DAYS_MAX",
    "VIDEO_URL_LONGEST",
    "WEBSITE_LONGEST",
    "BadHours",
    "BadValue",
    "InvitationOver",
    "KindRules",
    "MembershipResult",
    "add_member",
    "answer_invitation",
    "ask_day_sheet",
    "change_line",
    "check_week",
    "delete_special_hours",
    "forget_changes",
    "forget_invitations",
    "forget_link_invitations",
    "hours_in_text",
    "invitations_at",
    "invitations_of",
    "invite_by_link",
    "join_as_new_user",
    "join_as_user",
    "kind_rules_of",
    "link_invitation",
    "link_invitations_at",
    "person_named",
    "record_change",
    "remove_member",
    "renew_link",
    "replace_opening_hours",
    "save_address",
    "save_contact",
    "save_day_sheet",
    "save_desk",
    "save_desk_choice",
    "save_embed_origins",
    "save_feedback_when",
    "save_keypad_phone",
    "save_line_shows",
    "save_messages",
    "save_notice",
    "save_opening_hours",
    "save_own_text",
    "save_own_texts",
    "save_policy",
    "save_protection",
    "save_questions",
    "save_second_factor",
    "save_special_hours",
    "save_texting",
    "save_visit_type",
    "save_waiting_room",
    "take_back_invitation",
    "use_asked_day_sheet",
    "weekly_hours",
    "withdraw_link",
]
