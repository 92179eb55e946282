"""What the Graph API's error codes mean for a message: one table.

Read on 28 November 2026 in
https://developers.facebook.com/documentation/business-messaging/messenger-platform/error-codes (updated 18 March 2026),
https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes/ (updated 18 June 2026),
https://developers.facebook.com/docs/graph-api/guides/error-handling and
https://developers.facebook.com/docs/graph-api/overview/rate-limiting.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum


class Verdict(Enum):
    """What becomes of the message. LATER: this one alone; EVERYONE: nothing gets through for now; UNSURE: it may be there."""

    NEVER = "never"
    LATER = "later"
    EVERYONE = "everyone"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Meaning:
    """A code in our words: theirs may quote what was sent."""

    verdict: Verdict
    words: str
    wait: timedelta | None = None


NEVER, LATER, EVERYONE, UNSURE = Verdict.NEVER, Verdict.LATER, Verdict.EVERYONE, Verdict.UNSURE
PAIR_WAIT = timedelta(seconds=6)
"""WhatsApp takes one message every six seconds for the same citizen, beyond a burst."""
REPAIR_WAIT = timedelta(minutes=10)
"""What a person has to repair (a token, an invoice) is not asked for every second; nothing is lost meanwhile."""

# Codes without a subcode of their own stand under None.
TABLE: Mapping[tuple[int, int | None], Meaning] = {
    (1, None): Meaning(LATER, "an unknown error of the API"),
    # Documented: the messages were sent, and the endpoint answers with an error all the same.
    (1, 1357046): Meaning(UNSURE, "an unreadable answer within the API"),
    (2, None): Meaning(LATER, "a temporary fault of the API"),
    (-1, None): Meaning(LATER, "a fault within the API"),
    (1200, None): Meaning(LATER, "sending has failed for now"),
    (4, None): Meaning(EVERYONE, "the app's rate limit"),
    (17, None): Meaning(EVERYONE, "the account's rate limit"),
    (32, None): Meaning(EVERYONE, "the page's rate limit"),
    (341, None): Meaning(EVERYONE, "the app's limit"),
    (613, None): Meaning(EVERYONE, "the rate limit of this call"),
    (80001, None): Meaning(EVERYONE, "the page's rate limit"),
    (80002, None): Meaning(EVERYONE, "the Instagram account's rate limit"),
    (80006, None): Meaning(EVERYONE, "Messenger's rate limit"),
    (80007, None): Meaning(EVERYONE, "the WhatsApp Business account's rate limit"),
    (80008, None): Meaning(EVERYONE, "the WhatsApp Business account's rate limit"),
    (130429, None): Meaning(EVERYONE, "the number's throughput"),
    (131048, None): Meaning(EVERYONE, "too many messages of this number were blocked or reported"),
    (131056, None): Meaning(LATER, "too many messages to this citizen in a short time", PAIR_WAIT),
    (368, None): Meaning(EVERYONE, "blocked for now for breaking the provider's rules", REPAIR_WAIT),
    (102, None): Meaning(EVERYONE, "the access token's session is over", REPAIR_WAIT),
    (190, None): Meaning(EVERYONE, "the access token is not valid, or has expired", REPAIR_WAIT),
    (0, None): Meaning(EVERYONE, "the access token is not accepted", REPAIR_WAIT),
    (131042, None): Meaning(EVERYONE, "the account's payment is not in order", REPAIR_WAIT),
    (131057, None): Meaning(EVERYONE, "the account is under maintenance"),
    (131000, None): Meaning(LATER, "an unknown error of WhatsApp"),
    (131016, None): Meaning(LATER, "WhatsApp is not available"),
    (133004, None): Meaning(LATER, "WhatsApp's server is not available"),
    (3, None): Meaning(NEVER, "the app may not do that"),
    (10, None): Meaning(NEVER, "a permission is missing"),
    (10, 2018065): Meaning(NEVER, "the window for answering is over"),
    (10, 2018278): Meaning(NEVER, "the window for answering is over"),
    (10, 2534022): Meaning(NEVER, "the window for answering is over"),
    # Since 25 June 2026: https://developers.facebook.com/documentation/business-messaging/messenger-platform/changelog/
    (10, 1893063): Meaning(EVERYONE, "the page may not send for now", REPAIR_WAIT),
    (10, 2018108): Meaning(NEVER, "this citizen cannot be reached"),
    (100, None): Meaning(NEVER, "a parameter is not accepted"),
    (100, 33): Meaning(NEVER, "there is no such object"),
    (100, 2018001): Meaning(NEVER, "there is no such citizen"),
    (100, 2534014): Meaning(NEVER, "there is no such citizen"),
    (200, 1545041): Meaning(NEVER, "this citizen cannot be reached"),
    (551, None): Meaning(NEVER, "this citizen cannot be reached"),
    (10900, None): Meaning(NEVER, "this comment was answered already"),
    (10903, None): Meaning(NEVER, "this comment cannot be answered in private"),
    (2200, None): Meaning(NEVER, "the callback address did not answer the handshake"),
    (33, None): Meaning(NEVER, "there is no such number"),
    (131005, None): Meaning(NEVER, "a permission is missing"),
    (131009, None): Meaning(NEVER, "a parameter is not accepted"),
    (131021, None): Meaning(NEVER, "the citizen's number is our own"),
    (131026, None): Meaning(NEVER, "this citizen cannot be reached"),
    (131030, None): Meaning(NEVER, "a test number only reaches listed numbers"),
    (131031, None): Meaning(NEVER, "the account is locked"),
    (131047, None): Meaning(NEVER, "the window for answering is over"),
    (131051, None): Meaning(NEVER, "a kind of message that is not taken"),
    (131052, None): Meaning(NEVER, "the file is not there"),
    (131062, None): Meaning(NEVER, "this template needs a telephone number"),
    (132000, None): Meaning(NEVER, "the template has another number of variables"),
    (132001, None): Meaning(NEVER, "there is no such template in this language"),
    (132005, None): Meaning(NEVER, "the template's text is too long"),
    (132015, None): Meaning(NEVER, "the template is paused"),
    (132016, None): Meaning(NEVER, "the template is disabled"),
    (133010, None): Meaning(NEVER, "the number is not registered"),
}


def meaning(code: int | None, subcode: int | None, status: int, transient: bool) -> Meaning:
    """What an error is, by its code, else by its HTTP status."""
    if code is not None:
        found = TABLE.get((code, subcode)) or TABLE.get((code, None))
        if found:
            return found
    if transient or status == 408 or status >= 500:
        return Meaning(LATER, "a temporary fault")
    if status == 429:
        return Meaning(EVERYONE, "too many requests")
    if status == 401:
        return Meaning(EVERYONE, "the access token is not accepted", REPAIR_WAIT)
    return Meaning(NEVER, "not accepted")
