"""Every system of the back office, each behind its client."""

from dataclasses import dataclass

from actions.backoffice.calendar import Calendar
from actions.backoffice.notify import Notify
from actions.backoffice.open311 import Open311
from actions.backoffice.pay import Pay
from actions.backoffice.places import Places
from actions.backoffice.postcodes import Postcodes
from actions.backoffice.repairs import Repairs
from actions.backoffice.revenues import Revenues, revenues
from actions.backoffice.waste import Waste
from bot.council import council
from bot.settings import Settings


@dataclass(frozen=True)
class Systems:
    """The clients, one for the process: each is thread-safe and keeps its own sessions and memory."""

    pay: Pay
    notify: Notify
    open311: Open311
    repairs: Repairs
    waste: Waste
    places: Places
    postcodes: Postcodes
    revenues: Revenues
    calendar: Calendar

    @classmethod
    def from_settings(cls, settings: Settings) -> "Systems":
        """Make the clients; nothing is called yet. Raises ValueError that names a setting which can't be right."""
        return cls(
            pay=Pay(settings.pay_url, settings.pay_api_key),
            notify=Notify(settings.notify_url, settings.notify_api_key),
            open311=Open311(settings.open311_url, settings.open311_jurisdiction, settings.open311_api_key),
            repairs=Repairs(settings.repairs_url, settings.repairs_identifier),
            waste=Waste(settings.waste_url, settings.waste_council, str(council()["website"])),
            places=Places(settings.places_url, settings.places_api_key),
            postcodes=Postcodes(settings.postcodes_url),
            revenues=revenues(settings.revenues_adapter, settings.revenues_url, settings.revenues_api_key),
            calendar=Calendar(settings.calendar_url),
        )
