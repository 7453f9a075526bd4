"""What the council says first: one file a kind, and one notifier that says it.

    base.py        what a kind is, and what it may answer when its time has come
    bins.py        bin reminders, the evening before
    repairs.py     the day before an appointment
    reports.py     news of a report, and whether it is fixed
    updates.py     looks for news of reports
    received.py    residents who answer a text with STOP
    notifier.py    the loop: takes what is due, has it worded, and sends it once

What is due stands in the table `notices` (`bot.log.notice`). Acts plan it, in the transaction in which they are settled.
"""
