import requests

from bot.log import ConversationLog
from tests.scripted import Site


def test_the_process_is_alive(site: Site) -> None:
    assert requests.get(f"{site.url}/health/live", timeout=20).json() == {"status": "ok"}


def test_each_dependency_is_told_by_name_and_one_that_is_down_makes_503(site: Site, log: ConversationLog) -> None:
    answer = requests.get(f"{site.url}/health/ready", timeout=20)
    assert answer.status_code == 503
    assert answer.json() == {"status": "down", "dependencies": {"database": "ok", "action_server": "down", "model": "ok"}}
    with log.engine.begin() as conn:
        conn.exec_driver_sql("ALTER TABLE messages RENAME TO elsewhere")
    answer = requests.get(f"{site.url}/health/ready", timeout=20)
    with log.engine.begin() as conn:
        conn.exec_driver_sql("ALTER TABLE elsewhere RENAME TO messages")
    assert answer.json()["dependencies"]["database"] == "down"


def test_the_page_needs_neither_the_model_nor_the_action_server(site: Site) -> None:
    assert requests.get(f"{site.url}/chat", timeout=20).status_code == 200
