"""What can go wrong with the log, besides the database itself (`sqlalchemy.exc.SQLAlchemyError`, never caught here).

LogError
├── ConversationGone      no such conversation, or the resident erased it
├── UnknownMessage        no such message in that conversation
├── UnknownCommitment     no commitment with that key
├── IllegalTransition     a status may not follow the present one (see `bot.log.states`)
├── CodeRefused           a code that opens nothing: wrong, used or too old
└── TooManyTries          so many codes were tried that none is looked at for a while
"""


class LogError(Exception):
    """Base of the log's own errors."""


class ConversationGone(LogError):
    """There is no such conversation, or the resident erased it. Nothing was written."""


class UnknownMessage(LogError):
    """There is no such message in that conversation. Nothing was written."""


class UnknownCommitment(LogError):
    """There is no commitment with that key. Nothing was written."""


class IllegalTransition(LogError):
    """A commitment was asked to go from one state to another that may not follow. Nothing was written."""


class CodeRefused(LogError):
    """The code opens nothing: it is wrong, used or too old. Nothing was changed."""


class TooManyTries(LogError):
    """Too many codes were tried, by this person today or by all in this hour. None was looked at."""
