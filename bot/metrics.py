"""What Prometheus is told: counts and durations, never a text or an address."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

RECEIVED = Counter("guichet_messages_received", "Messages stored, by channel", ["channel"])
DOUBLED = Counter("guichet_messages_doubled", "Messages that were stored before, by channel", ["channel"])
SKIPPED = Counter("guichet_events_skipped", "Events of providers that are not for us, by reason", ["channel", "reason"])
REFUSED = Counter(
    "guichet_webhooks_refused", "Requests to webhooks that were refused, by status", ["channel", "status"]
)
SENT = Counter("guichet_messages_sent", "Provider messages that a channel took, by channel", ["channel"])
TURN_SECONDS = Histogram(
    "guichet_turn_seconds",
    "From a message's claim to its stored answer",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
WAITING = Gauge("guichet_waiting", "Messages unsettled, by box", ["box"])
OLDEST_SECONDS = Gauge("guichet_oldest_seconds", "Age of the oldest unsettled message, by box", ["box"])
CONNECTED = Gauge("guichet_web_connected", "Web chats connected")
READY = Gauge("guichet_ready", "1 if a check of /ready passes", ["check"])
ANSWERS = Counter("guichet_answers", "Replies of the core stored, by answer status", ["status"])
APOLOGIES = Counter("guichet_apologies", "Citizens told that the core did not answer")
ALERTS = Counter("guichet_alerts", "Messages of danger or distress that the lexicon saw, by kind", ["kind"])
GIVEN_UP = Counter("guichet_given_up", "Replies that a channel never took, by channel", ["channel"])
UNANSWERABLE = Counter("guichet_unanswerable", "Messages that a core which was well met with silence")
MASKED = Counter(
    "guichet_masked", "Numbers, addresses and URLs in our replies that are in no source, by kind", ["kind"]
)
SELF_SERVICE = Counter("guichet_self_service", "What comes of answers read after a search on the pages", ["outcome"])
IDENTIFIERS = Counter("guichet_identifiers_masked", "Messages of citizens in which an identifier was masked")
