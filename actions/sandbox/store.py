"""The sandbox's one SQLite file. Every system module declares `SCHEMA`, which `create` applies when the app starts."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

DEFAULT = Path(__file__).resolve().parents[2] / "var" / "sandbox.db"


def path() -> Path:
    """Return the file of the database: `SANDBOX_DB`, or `var/sandbox.db`."""
    return Path(os.environ.get("SANDBOX_DB") or DEFAULT)


@contextmanager
def connect() -> Iterator[sqlite3.Connection]:
    """Yield a connection for reading: rows by name, write-ahead log, 5 s of patience. Closed at the end.

    Each statement that writes is its own transaction; use `transaction` for more than one.
    """
    connection = sqlite3.connect(path(), timeout=5, isolation_level=None)
    connection.row_factory = sqlite3.Row
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        yield connection
    finally:
        connection.close()


@contextmanager
def transaction() -> Iterator[sqlite3.Connection]:
    """Yield a connection that holds the write lock from the start; commit at the end, roll back on an exception."""
    with connect() as connection:
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")


def create(*schemas: str) -> None:
    """Make the file and its tables. Each schema is `CREATE TABLE IF NOT EXISTS` statements, so it may be run again."""
    path().parent.mkdir(parents=True, exist_ok=True)
    with connect() as connection:
        for schema in schemas:
            connection.executescript(schema)


def reset() -> None:
    """Empty every table."""
    with transaction() as connection:
        names = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        ).fetchall()
        for (name,) in names:
            connection.execute(f'DELETE FROM "{name}"')  # noqa: S608 - the names come from the file itself
