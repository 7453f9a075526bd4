"""What a resident can get done: one file a journey, named after its intent. A new journey adds a line here.

What is in `WITHOUT_INTENT` is no wish: it begins with the answer to what the council asked first.
"""

from collections.abc import Callable

from actions.engine.talk import Talk
from actions.journeys import (
    cancel_repair_appointment,
    change_repair_appointment,
    check_bin_day,
    check_council_tax_balance,
    check_repair_status,
    check_report_status,
    is_it_fixed,
    order_bin,
    pay_council_tax,
    report_missed_bin,
    report_repair,
    report_street_problem,
    set_bin_reminder,
    speak_to_person,
    struggling_to_pay,
)

WITHOUT_INTENT = frozenset({"is_it_fixed"})
JOURNEYS: dict[str, Callable[[Talk], None]] = {
    "check_bin_day": check_bin_day.run,
    "set_bin_reminder": set_bin_reminder.run,
    "report_missed_bin": report_missed_bin.run,
    "order_bin": order_bin.run,
    "pay_council_tax": pay_council_tax.run,
    "check_council_tax_balance": check_council_tax_balance.run,
    "struggling_to_pay": struggling_to_pay.run,
    "report_repair": report_repair.run,
    "check_repair_status": check_repair_status.run,
    "change_repair_appointment": change_repair_appointment.run,
    "cancel_repair_appointment": cancel_repair_appointment.run,
    "report_street_problem": report_street_problem.run,
    "check_report_status": check_report_status.run,
    "is_it_fixed": is_it_fixed.run,
    "speak_to_person": speak_to_person.run,
}
