"""What the assistant does in the back office: one act a file, all on the base in `base.py`."""

from actions.acts.base import Act
from actions.acts.bin_reminder import SetBinReminder
from actions.acts.call_back import CallBack
from actions.acts.repairs import BookRepair, CancelRepair, ChangeRepair
from actions.acts.report import Reopen, Report
from actions.acts.send_text import SendText
from actions.acts.take_payment import TakePayment

MISSED_BIN = Report("missed_bin", "waste")
BIN_ORDER = Report("bin_order", "waste")
STREET_PROBLEM = Report("street_problem", "streets")
REOPEN = Reopen()
BIN_REMINDER = SetBinReminder()
CALL_BACK = CallBack()
TEXT = SendText()
PAYMENT = TakePayment()
BOOK_REPAIR = BookRepair()
CHANGE_REPAIR = ChangeRepair()
CANCEL_REPAIR = CancelRepair()

# The outbox finds an act by its kind.
ACTS: dict[str, Act] = {
    act.kind: act
    for act in (
        MISSED_BIN,
        BIN_ORDER,
        STREET_PROBLEM,
        REOPEN,
        BIN_REMINDER,
        CALL_BACK,
        TEXT,
        PAYMENT,
        BOOK_REPAIR,
        CHANGE_REPAIR,
        CANCEL_REPAIR,
    )
}
