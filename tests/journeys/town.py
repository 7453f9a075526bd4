"""The sandbox council as a test looks at it: what it recorded, by its published contracts, and what goes wrong there."""

import re
from pathlib import Path
from typing import Any

import requests

from actions.backoffice.systems import Systems
from actions.engine.desks import Desks
from bot.db import make_engine
from bot.log import ConversationLog
from bot.settings import Settings

MADE_HERE = 200000  # references below are there from the start


class Town:
    """One sandbox, at `url`."""

    def __init__(self, url: str) -> None:
        self.url = url

    def settings(self, **more: Any) -> Settings:
        """Return settings with every system at this sandbox."""
        names = ("pay", "notify", "open311", "repairs", "waste", "places", "revenues", "calendar")
        urls = {f"{name}_url": f"{self.url}/{name}" for name in names} | {"postcodes_url": f"{self.url}/places"}
        return Settings(**{**urls, **more})

    def systems(self) -> Systems:
        """Return clients of this sandbox that remember nothing yet."""
        return Systems.from_settings(self.settings())

    def reset(self) -> None:
        """Empty the sandbox and end every fault."""
        requests.post(f"{self.url}/reset", timeout=10).raise_for_status()

    def break_down(self, system: str, kind: str, count: int = 9, method: str | None = None) -> None:
        """Let the next calls of a system fail."""
        fault = {"kind": kind, "count": count, "method": method}
        requests.put(f"{self.url}/faults/{system}", json=fault, timeout=5).raise_for_status()

    def mend(self) -> None:
        """End every fault."""
        requests.delete(f"{self.url}/faults", timeout=5).raise_for_status()

    def get(self, path: str, **params: str) -> Any:
        """Return the JSON of one read."""
        answer = requests.get(f"{self.url}{path}", params=params, timeout=10)
        answer.raise_for_status()
        return answer.json()

    def reports(self, code: str) -> list[dict[str, Any]]:
        """Return the Open311 requests that were made since the reset, newest first."""
        found = self.get("/open311/requests.json", service_code=code)
        return [one for one in found if int(one["service_request_id"]) > MADE_HERE]

    def payments(self) -> list[dict[str, Any]]:
        """Return every payment at Pay, newest first."""
        found: list[dict[str, Any]] = self.get("/pay/v1/payments")["results"]
        return found

    def texts(self) -> list[dict[str, Any]]:
        """Return every notification at Notify, newest first."""
        found: list[dict[str, Any]] = self.get("/notify/v2/notifications")["notifications"]
        return found

    def repair(self, postcode: str, reference: str) -> dict[str, Any] | None:
        """Return a tenant's repair, or None when there is none or it is cancelled."""
        path = f"{self.url}/repairs/Repair/TenantOrLeaseholdPropertyRepair"
        answer = requests.get(path, params={"postcode": postcode, "repairId": reference}, timeout=10)
        return answer.json() if answer.ok else None

    def repairs(self) -> list[str]:
        """Return the references of all repairs. The contract lists none, so they are read off the page for people."""
        page = requests.get(f"{self.url}/repairs/", timeout=10).text
        return sorted(set(re.findall(r">([0-9A-F]{8})<", page)))

    def pay_by_card(self, next_url: str, card: str = "4444333322221111") -> None:
        """Open the payment page as a browser would and send a card."""
        browser = requests.Session()
        form = browser.get(next_url, timeout=10)
        given = {"cardNo": card, "expiryMonth": "12", "expiryYear": "30", "cardholderName": "A Payer", "cvc": "123"}
        answer = browser.post(form.url, data=given, timeout=10, allow_redirects=False)
        assert answer.status_code == 303, answer.text

    def cancel_payment(self, next_url: str) -> None:
        """Open the payment page as a browser would and give up."""
        browser = requests.Session()
        form = browser.get(next_url, timeout=10)
        browser.post(f"{form.url}/cancel", timeout=10, allow_redirects=False)


def desks_at(town: Town, database: Path, **settings: Any) -> Desks:
    """Return the engine on a conversation log of its own, with its clients at this sandbox."""
    return Desks(town.settings(**settings), ConversationLog(make_engine(f"sqlite:///{database}"), secret="of the tests"))
