"""What each act of an agent makes of a case, as the scripted desk does it."""

from __future__ import annotations

from datetime import datetime

from tests.browser.desk_script import SERVICE_NAMES, Shape

WORDS = {
    "take": ("taken", "Prise en charge"),
    "pass": ("passed", "Proposition non prise"),
    "release": ("released", "Remise dans la file"),
    "transfer": ("transferred", "Transmise à un autre service"),
    "close": ("closed", "Close"),
    "urgent": ("urgent", "Marquée urgente"),
    "reveal": ("revealed", "Coordonnées consultées"),
}
"""What the history says of each."""


def changed(act: str, body: Shape, agent: Shape, now: datetime) -> Shape:
    """The fields of a case after an act."""
    by = {key: agent[key] for key in ("id", "name")}
    acts: dict[str, Shape] = {
        "take": {"state": "taken", "agent": by, "live": True, "offered": None},
        "pass": {"offered": None},
        "release": {"state": "waiting", "agent": None, "live": False},
        "transfer": {"state": "waiting", "agent": None, "service": body.get("service"), "offered": None},
        "close": {"state": "closed", "closed_at": now.isoformat(), "live": False, "offered": None},
        "urgent": {"urgent": body.get("urgent")},
        "reveal": {},
    }
    fields = acts[act]
    return {**fields, "service_name": SERVICE_NAMES[fields["service"]]} if act == "transfer" else fields
