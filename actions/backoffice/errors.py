"""What can go wrong at the back office.

    BackOfficeError              a system could not do what was asked
    ├── Retryable                certainly not done: nothing was sent, it was turned away unread (429), or it was a read
    ├── Final                    the system answered no; asking the same again gets the same answer
    │   └── NotFound             ... because there is no such thing there
    └── OutcomeUnknown           a write was sent, and it may have been done: look it up, never post it again

The words of an error are for the log and for staff. They hold no resident's data and no key.
"""


class BackOfficeError(Exception):
    """A system could not do what was asked. `system` and `operation` name the call, `detail` says what happened."""

    def __init__(self, system: str, operation: str, detail: str) -> None:
        super().__init__(f"{system} {operation}: {detail}")
        self.system = system
        self.operation = operation
        self.detail = detail


class Retryable(BackOfficeError):
    """Certainly not done, so it may be asked again later. `at_once`: a second try straight away has a chance."""

    def __init__(self, system: str, operation: str, detail: str, *, at_once: bool = False) -> None:
        super().__init__(system, operation, detail)
        self.at_once = at_once


class Final(BackOfficeError):
    """The system answered no.

    `status` is the HTTP status, `code` the contract's own code ("P0102", "ValidationError") or "", and `message` what
    the system wrote, which may repeat what a resident typed: don't log it, and don't show it to residents.
    """

    def __init__(self, system: str, operation: str, detail: str, *, status: int, code: str = "", message: str = "") -> None:
        super().__init__(system, operation, detail)
        self.status = status
        self.code = code
        self.message = message


class NotFound(Final):
    """There is no such thing in that system (HTTP 404)."""


class OutcomeUnknown(BackOfficeError):
    """A write was sent and its answer was lost, unreadable or a server error: it may have been done."""
