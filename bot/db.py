"""The database: SQLite in a file by default, PostgreSQL in production, by `DATABASE_URL`."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.pool import QueuePool

from bot.settings import get_settings

MIGRATIONS = Path(__file__).resolve().parent / "migrations"
BUSY_SECONDS = 10
# SQLite waits for the disk at each commit, so that a message that was acknowledged survives a power cut; or now and then.
FULL, NORMAL = "FULL", "NORMAL"
UPGRADE_LOCK = 7_265_001  # any number, the same in every version


@lru_cache(maxsize=1)
def get_engine() -> Engine:
    """Return the engine of this process, on `DATABASE_URL`. Nothing is connected yet."""
    return make_engine(get_settings().database_url)


def make_engine(database_url: str) -> Engine:
    """Return an engine for a URL of SQLite (a file) or PostgreSQL (`postgres://` too).

    Raises ValueError for another database, or for SQLite in memory, which would lose what was promised to be kept.
    """
    url = _normalised(database_url)
    if url.get_backend_name() == "postgresql":
        return sa.create_engine(
            url,
            future=True,
            # An error of the database is logged without what residents said.
            hide_parameters=True,
            pool_pre_ping=True,
            pool_size=10,
            max_overflow=20,
            connect_args={"connect_timeout": 5},
        )
    if not url.database or url.database == ":memory:":
        raise ValueError("DATABASE_URL must name a file, for example sqlite:///var/night-desk.db")
    Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(
        url,
        future=True,
        hide_parameters=True,
        poolclass=QueuePool,
        pool_size=10,
        max_overflow=20,
        connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
    )
    sa.event.listen(engine, "connect", _prepare_sqlite)
    sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Give a connection in a transaction that only reads."""
    with engine.begin() as conn:
        yield conn


@contextmanager
def writing(engine: Engine, *, at_once: bool = True) -> Iterator[Connection]:
    """Give a connection in a transaction that may write; committed at the end, rolled back by an exception.

    On SQLite it takes the write lock at once (waiting up to 10 seconds): a lock taken in the middle can't wait.
    It is on disk when this returns. With `at_once` False it is, whatever becomes of the process, but a power cut may undo
    it, unless a later transaction was put on disk at once: they are kept in order.
    """
    with _for_writing(engine, at_once).begin() as conn:
        if not at_once and conn.dialect.name == "postgresql":
            conn.exec_driver_sql("SET LOCAL synchronous_commit TO OFF")
        yield conn


@lru_cache(maxsize=16)
def _for_writing(engine: Engine, at_once: bool) -> Engine:
    return engine.execution_options(immediate=True, synchronous=FULL if at_once else NORMAL)


def upgrade(engine: Engine | None = None) -> None:
    """Bring the tables to the newest version. Two processes may do it at the same time: one waits for the other."""
    with writing(engine or get_engine()) as conn:
        if conn.dialect.name == "postgresql":
            conn.execute(sa.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": UPGRADE_LOCK})
        command.upgrade(alembic_config(conn), "head")


def alembic_config(conn: Connection) -> Config:
    """Return alembic's configuration for this connection; the caller commits."""
    config = Config(str(MIGRATIONS / "alembic.ini"))
    config.attributes["connection"] = conn
    return config


def _normalised(database_url: str) -> URL:
    if database_url.startswith("postgres://"):
        database_url = "postgresql://" + database_url.removeprefix("postgres://")
    url = sa.engine.make_url(database_url)
    if url.get_backend_name() == "postgresql":
        return url.set(drivername="postgresql+psycopg2")
    if url.get_backend_name() == "sqlite":
        return url.set(drivername="sqlite")
    raise ValueError(f"DATABASE_URL is for {url.get_backend_name()}; use sqlite or postgresql")


def _prepare_sqlite(connection: Any, record: Any) -> None:
    # The driver would begin transactions by itself, too late and without IMMEDIATE: `_begin_sqlite` does it.
    connection.isolation_level = None
    cursor = connection.cursor()
    _turn_on_wal(cursor)
    cursor.execute(f"PRAGMA synchronous = {FULL}")
    cursor.execute("PRAGMA foreign_keys = ON")
    # What was erased is overwritten in the file.
    cursor.execute("PRAGMA secure_delete = ON")
    cursor.close()


def _turn_on_wal(cursor: Any) -> None:
    # The change of journal does not heed the busy timeout when two processes open a new file together.
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def _begin_sqlite(conn: Connection) -> None:
    options = conn.get_execution_options()
    wanted = options.get("synchronous", FULL)
    if conn.connection.info.get("synchronous", FULL) != wanted:
        conn.exec_driver_sql(f"PRAGMA synchronous = {wanted}")
        conn.connection.info["synchronous"] = wanted
    conn.exec_driver_sql("BEGIN IMMEDIATE" if options.get("immediate", False) else "BEGIN")
