"""The back office as anybody sees it who has its published contracts, and what a resident does outside the chat."""

import io
import re
from datetime import date, datetime
from typing import Any

import requests
from PIL import Image

ACCOUNT, OTHER_ACCOUNT = "712345671", "700000011"
GOOD_CARD, DECLINED_CARD = "4444333322221111", "4000000000000002"
CAMERA = b"Camera 9000 of the tests"


class Council:
    """The back office as anybody sees it who has its published contracts."""

    def __init__(self, url: str) -> None:
        self.url = url

    def get(self, path: str, **params: str) -> Any:
        answer = requests.get(f"{self.url}{path}", params=params, timeout=10)
        answer.raise_for_status()
        return answer.json()

    def uprn(self, postcode: str, number: str) -> str:
        found = self.get("/places/search/places/v1/postcode", postcode=postcode, dataset="DPA")["results"]
        return next(str(r["DPA"]["UPRN"]) for r in found if r["DPA"]["ADDRESS"].startswith(f"{number},"))

    def collections(self, uprn: str) -> set[tuple[str, date]]:
        """Return (type, day) of every coming collection."""
        found = self.get("/waste/api/bin_collection/AshcombeBoroughCouncil", url="https://www.ashcombe.example", uprn=uprn)
        return {(b["type"], datetime.strptime(b["collectionDate"], "%d/%m/%Y").date()) for b in found["bins"]}

    def report(self, reference: str) -> dict[str, Any]:
        [found] = self.get("/open311/requests.json", service_request_id=reference)
        return dict(found)

    def payment(self, payment_id: str) -> dict[str, Any]:
        return dict(self.get(f"/pay/v1/payments/{payment_id}"))

    def payments(self) -> list[dict[str, Any]]:
        return list(self.get("/pay/v1/payments")["results"])

    def repair(self, postcode: str, reference: str) -> dict[str, Any] | None:
        door = requests.post(
            f"{self.url}/repairs/Authentication", params={"identifier": "sandbox-repairs-identifier"}, timeout=10
        )
        answer = requests.get(
            f"{self.url}/repairs/Repair/TenantOrLeaseholdPropertyRepair",
            params={"postcode": postcode, "repairId": reference},
            headers={"Authorization": f"Bearer {door.text}"},
            timeout=10,
        )
        return dict(answer.json()) if answer.ok else None

    def texts(self, phone: str) -> list[dict[str, Any]]:
        found = self.get("/notify/v2/notifications")["notifications"]
        return [n for n in found if n["phone_number"] and n["phone_number"].endswith(phone[-9:])]


def reference_in(said: str) -> str:
    found = re.search(r"reference is ([0-9A-Z]+)", said)
    assert found, said
    return found[1]


def link_in(said: str) -> str:
    found = re.search(r"https?://\S+/secure/\S+", said)
    assert found, said
    return found[0]


def pay(link: str, card: str) -> requests.Response:
    """Pay as a browser does; return what it is sent back with."""
    browser = requests.Session()
    form = browser.get(link, timeout=10)
    given = {"cardNo": card, "expiryMonth": "12", "expiryYear": "30", "cardholderName": "A Payer", "cvc": "123"}
    answer = browser.post(form.url, data=given, timeout=10, allow_redirects=False)
    assert answer.status_code == 303, answer.text
    return answer


def photo_with_place() -> bytes:
    """Return a JPEG that says where and by which camera it was taken."""
    picture = Image.new("RGB", (320, 200), (90, 120, 60))
    exif = Image.Exif()
    exif[0x010F] = CAMERA.decode()
    exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 12.0, 3.6), 3: "W", 4: (1.0, 26.0, 2.4)})
    out = io.BytesIO()
    picture.save(out, "JPEG", exif=exif, comment=b"taken at home")
    return out.getvalue()
