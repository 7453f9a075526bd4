"""The tables that the migrations make are the tables that the code uses, and starting twice together is safe."""

import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.engine import Engine

from bot.db import alembic_config, make_engine, reading, upgrade, writing
from bot.log.tables import metadata
from bot.settings import ROOT

UPGRADE = "import sys; from bot.db import make_engine, upgrade; upgrade(make_engine(sys.argv[1]))"


def tables(engine: Engine) -> set[str]:
    with reading(engine) as conn:
        return set(sa.inspect(conn).get_table_names())


def test_the_migrations_make_exactly_the_tables_of_the_code(engine: Engine) -> None:
    with reading(engine) as conn:
        assert compare_metadata(MigrationContext.configure(conn), metadata) == []


def test_upgrading_again_changes_nothing(engine: Engine) -> None:
    before = tables(engine)
    upgrade(engine)
    assert tables(engine) == before


def test_the_migrations_can_be_undone(engine: Engine) -> None:
    with writing(engine) as conn:
        command.downgrade(alembic_config(conn), "base")
    assert tables(engine) == {"alembic_version"}


def test_processes_that_start_together_all_get_the_tables(database_url: str) -> None:
    starts = [
        subprocess.Popen([sys.executable, "-c", UPGRADE, database_url], cwd=ROOT, stderr=subprocess.PIPE) for _ in range(3)
    ]
    for start in starts:
        _, errors = start.communicate(timeout=60)
        assert start.returncode == 0, errors.decode()
    engine = make_engine(database_url)
    assert set(metadata.tables) <= tables(engine)
    engine.dispose()


def test_sqlite_is_set_up_to_lose_nothing(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'new' / 'log.db'}")
    with reading(engine) as conn:
        settings = {
            name: conn.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")
        }
    assert settings == {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 2, "busy_timeout": 10_000}
    engine.dispose()


def test_only_what_may_wait_for_the_next_commit_is_written_without_waiting_for_the_disk(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'n.db'}")
    found = []
    for at_once in (True, False, True, False):
        with writing(engine, at_once=at_once) as conn:
            found.append(conn.exec_driver_sql("PRAGMA synchronous").scalar())
    with reading(engine) as conn:
        found.append(conn.exec_driver_sql("PRAGMA synchronous").scalar())
    full, normal = 2, 1
    assert found == [full, normal, full, normal, full]
    engine.dispose()


def test_sqlite_rolls_back_what_failed(engine: Engine) -> None:
    with pytest.raises(RuntimeError), writing(engine) as conn:
        conn.execute(sa.text("DELETE FROM alembic_version"))
        raise RuntimeError
    with reading(engine) as conn:
        assert conn.execute(sa.text("SELECT count(*) FROM alembic_version")).scalar_one() == 1


def test_the_short_name_of_postgresql_is_understood() -> None:
    assert make_engine("postgres://user@127.0.0.1:1/desk").url.drivername == "postgresql+psycopg2"
    assert make_engine("postgresql://user@127.0.0.1:1/desk").url.drivername == "postgresql+psycopg2"


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://root@127.0.0.1/desk"])
def test_a_database_that_would_not_keep_its_promise_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="DATABASE_URL"):
        make_engine(url)
