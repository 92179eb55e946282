"""When the town hall or one of its services is open: by `office.yml`, today and on the day that is asked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

from rasa_sdk import Tracker

from actions.answer import replied, told
from actions.asking import language
from actions.base import Events, GuichetAction, words
from actions.services import Services
from bot.desk import routing
from bot.desk.hours import Interval
from bot.messages import AnswerStatus
from bot.settings import GENERAL_SERVICE
from bot.text.french import listed
from bot.text.french import words as subject_words
from bot.text.moments_words import HOUR_MINUTES, day, english, hour, moment
from bot.text.spoken.dates import read_date
from bot.wire import Say

AHEAD = timedelta(days=7)
"""Holidays and closures within this time are mentioned."""
WHOLE_DAY = timedelta(hours=23)
"""As long as the shortest day of the year lasts by the clock."""
TOWN_HALL = listed(
    """
    mairie hotel ville accueil bureau bureaux guichet standard administration administratif services service municipal
    horaire horaires heure heures ouvert ouverte ouverts ouvertes ouvre ouvrez ouvrent ouvrir ouverture ouvertures ferme
    fermez ferment fermee fermes fermer fermeture fermetures matin midi soir jour jours semaine week weekend end
    aujourd hui demain lundi mardi mercredi jeudi vendredi samedi dimanche ferie feries fete fetes noel paques novembre mai
    juillet aout decembre janvier vacances permanence venir passer public pause dejeuner apres prochain prochaine
    open opening close closed closing hours town hall city office today tomorrow monday tuesday wednesday thursday friday
    saturday sunday morning afternoon evening time public holiday holidays christmas
    """
)
"""Words with which one asks for the town hall's hours, and names no other place; folded."""


class ActionOpeningHours(GuichetAction):
    """`action_opening_hours`"""

    def name(self) -> str:
        """See `GuichetAction.name`."""
        return "action_opening_hours"

    async def act(self, services: Services, say: Callable[[Say], None], tracker: Tracker) -> Events:
        """The hours of the service that is named, else of the town hall; a place that has a page gets its page."""
        if (events := await replied(services, say, tracker)) is not None:
            return events
        text = words(tracker.latest_message.get("text"))
        code = GENERAL_SERVICE
        named = routing.naming(text, services.office)
        if named:
            code = named[0]
        elif rest := [word for word in subject_words(text) if word not in TOWN_HALL and not word.isdecimal()]:
            answer = await services.knowledge.ask(text, None)
            if answer.status is AnswerStatus.ANSWERED:
                return told(services, say, tracker, answer)
            index = await services.knowledge.index()
            routed = routing.route(" ".join(rest), index, services.office)
            code = routed.services[0] if routed.sure else GENERAL_SERVICE
        now = services.clock()
        asked = read_date(text, services.hours.day(now)).day
        say(hours_of(services, code, now, asked, language(tracker)))
        return []


def hours_of(services: Services, code: str, now: datetime, asked: date | None, said: str) -> Say:
    """A service's hours in words: now or on the day that is asked, its week, and what is near and different."""
    hours, today = services.hours, services.hours.day(now)
    town = services.office.town
    service = services.office.services[code]
    values = {**services.office.reach(code), "week": service.hours or town.hours}
    if code == GENERAL_SERVICE:
        values["service"] = town.office
    lines = []
    if asked is not None and asked != today:
        on = day(asked, today, said)
        values["day"] = f"{on[0].upper()}{on[1:]}"
        lines.append(_on(services, code, asked, said, values))
    elif closes := hours.closes_at(code, now):
        values["moment"] = _hour(services, closes, said)
        lines.append("hours_open")
    elif hours.is_open(code, now):
        lines.append("hours_always")
    elif opens := hours.next_opening(code, now):
        values["moment"] = moment(opens, now, services.office.zone, said)
        lines.append("hours_closed")
    else:
        lines.append("hours_closed_long")
    lines.append("hours_week")
    if near := _near(services, code, today, asked, said):
        values["closures"] = near
        lines.append("hours_closures")
    return Say("+".join(lines), values=values)


def _on(services: Services, code: str, asked: date, said: str, values: dict[str, str]) -> str:
    """The line on one day."""
    if slots := services.hours.slots(code, asked):
        values["spans"] = _spans(services, slots, said)
        return "hours_day"
    if why := services.hours.why_closed(code, asked):
        values["why"] = why
        return "hours_day_why"
    return "hours_day_closed"


def _near(services: Services, code: str, today: date, asked: date | None, said: str) -> str:
    """The days within a week that a holiday or a closure makes different, one a line."""
    found = []
    for ahead in range(AHEAD.days + 1):
        on = today + timedelta(days=ahead)
        why = services.hours.why_closed(code, on)
        if why and on != asked:
            found.append(f"- {day(on, today, said)} ({why})")
    return "\n".join(found)


def _spans(services: Services, slots: list[Interval], said: str) -> str:
    """« de 9 h à 12 h 30 et de 13 h 30 à 17 h 30 »."""
    if len(slots) == 1 and slots[0][1] - slots[0][0] >= WHOLE_DAY:
        return "all day" if english(said) else "toute la journée"
    pattern = "from {} to {}" if english(said) else "de {} à {}"
    parts = [pattern.format(_hour(services, opens, said), _hour(services, closes, said)) for opens, closes in slots]
    return (" and " if english(said) else " et ").join(parts)


def _hour(services: Services, at: datetime, said: str) -> str:
    local = at.astimezone(services.office.zone)
    return hour(local.hour * HOUR_MINUTES + local.minute, said)
