"""Ask the contact centre to ring a resident back. The conversation log is the system of record, so nothing is called."""

from actions.acts.base import LeftWithUs


class CallBack(LeftWithUs):
    """Leave a call back for a team: {"phone", "about", "team", "by"}, with the resident's consent."""

    kind = "call_back"
    owner = "contact_centre"
