"""The names of what is counted by day: contacts in several ways, and what happened in them (`bot.contacts.What`)."""

from __future__ import annotations

from enum import Enum


class Count(str, Enum):
    """Counts of contacts, on the day and in the hour in which each began.

    CONTACTS: all. CHATS: those by chat. CONTAINED: chats without a case. CHATS_RATED: contained chats with a rated answer.
    HELPED: those whose last rating was good and whose citizen did not come back with the same matter within seven days.
    UNANSWERED: contacts in which something was asked that was lost or out of scope, and nothing was answered. WITH_CASE:
    contacts in which a case was opened.
    """

    CONTACTS = "contacts"
    CHATS = "chats"
    CONTAINED = "contained"
    CHATS_RATED = "chats_rated"
    HELPED = "helped"
    UNANSWERED = "unanswered"
    WITH_CASE = "with_case"
