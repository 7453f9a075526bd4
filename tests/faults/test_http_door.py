"""The door against real servers that misbehave: each fault gives the right error, and within its time."""

import logging
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from actions.backoffice.deadline import deadline
from actions.backoffice.errors import BackOfficeError, Final, NotFound, OutcomeUnknown, Retryable
from actions.backoffice.http import Answer, Door, segment

Handler = Callable[[socket.socket, bytes], None]


@dataclass
class Server:
    """A raw server: each connection's request head goes to the next handler, the last one again and again."""

    handlers: list[Handler] = field(default_factory=list)
    requests: list[bytes] = field(default_factory=list)
    url: str = ""

    def run(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection: socket.socket) -> None:
        with connection:
            request = b""
            while not _complete(request):
                part = connection.recv(65536)
                if not part:
                    return
                request += part
            self.requests.append(request)
            handler = self.handlers[min(len(self.requests), len(self.handlers)) - 1]
            try:
                handler(connection, request)
            except OSError:
                return


def _complete(request: bytes) -> bool:
    head, blank, body = request.partition(b"\r\n\r\n")
    length = [int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")]
    return bool(blank) and len(body) >= (length[0] if length else 0)


@pytest.fixture
def server() -> Iterator[Server]:
    listener = socket.create_server(("127.0.0.1", 0))
    made = Server(url=f"http://127.0.0.1:{listener.getsockname()[1]}")
    threading.Thread(target=made.run, args=(listener,), daemon=True).start()
    yield made
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()


def says(status: int, body: bytes = b"{}", headers: str = "") -> Handler:
    head = f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\nConnection: close\r\n{headers}\r\n".encode()
    return lambda connection, _request: connection.sendall(head + body)


def hangs(connection: socket.socket, _request: bytes) -> None:
    time.sleep(3)


def closes(connection: socket.socket, _request: bytes) -> None:
    connection.shutdown(socket.SHUT_RDWR)


def resets(connection: socket.socket, _request: bytes) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def drips_its_body(connection: socket.socket, _request: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(100):
        connection.sendall(b" ")
        time.sleep(0.1)


def drips_its_head(connection: socket.socket, _request: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    for _ in range(100):
        connection.sendall(b"x")
        time.sleep(0.1)


def breaks_off(connection: socket.socket, _request: bytes) -> None:
    connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{"half": ')


def sends_ten_megabytes(connection: socket.socket, _request: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + b"[" + b"1," * 5_000_000)


def read(url: str) -> Answer:
    answer = Door("repairs", url).get("slots", "/slots")
    answer.json()
    return answer


def write(url: str) -> Answer:
    answer = Door("repairs", url).post_json("book", "/book", {"a": 1})
    answer.json()
    return answer


def failure(call: Callable[[str], Answer], url: str, seconds: float = 10.0) -> tuple[BackOfficeError, float]:
    started = time.monotonic()
    with deadline(seconds), pytest.raises(BackOfficeError) as caught:
        call(url)
    return caught.value, time.monotonic() - started


def closed_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}"


LOST = [
    hangs,
    drips_its_body,
    drips_its_head,
    closes,
    resets,
    breaks_off,
    sends_ten_megabytes,
    says(200, b"<h1>Hm</h1>"),
]
TRANSIENT = [says(500), says(503), says(502, b"<html>"), closes, resets, breaks_off]


@pytest.mark.parametrize("fault", LOST + TRANSIENT)
def test_a_read_that_fails_in_any_way_is_retryable_and_keeps_to_the_deadline(server: Server, fault: Handler) -> None:
    server.handlers = [fault]
    error, took = failure(read, server.url, seconds=1.2)
    assert type(error) is Retryable
    assert took < 1.5


@pytest.mark.parametrize("fault", LOST + TRANSIENT)
def test_a_write_that_was_sent_and_got_no_clear_answer_has_an_unknown_outcome_and_is_sent_once(
    server: Server, fault: Handler
) -> None:
    server.handlers = [fault]
    error, took = failure(write, server.url, seconds=2.3)
    assert type(error) is OutcomeUnknown
    assert took < 2.6
    assert len(server.requests) == 1


@pytest.mark.parametrize("call", [read, write])
def test_a_refused_connection_is_retryable_for_reads_and_writes(call: Callable[[str], Answer]) -> None:
    error, took = failure(call, closed_port())
    assert type(error) is Retryable
    assert took < 1


@pytest.mark.parametrize("call", [read, write])
def test_a_host_that_does_not_exist_is_retryable_for_reads_and_writes(call: Callable[[str], Answer]) -> None:
    error, _ = failure(call, "http://nowhere.invalid")
    assert type(error) is Retryable


@pytest.mark.parametrize("call", [read, write])
def test_a_connection_that_never_opens_is_given_up_in_time_and_is_retryable(call: Callable[[str], Answer]) -> None:
    full = socket.socket()
    full.bind(("127.0.0.1", 0))
    full.listen(0)
    waiting = [socket.socket() for _ in range(4)]
    for client in waiting:
        client.setblocking(False)
        client.connect_ex(full.getsockname())
    error, took = failure(call, f"http://127.0.0.1:{full.getsockname()[1]}")
    assert type(error) is Retryable
    assert took < 5
    for one in [full, *waiting]:
        one.close()


@pytest.mark.parametrize("call", [read, write])
@pytest.mark.parametrize("status", [429, 408])
def test_being_turned_away_unread_is_retryable_and_not_asked_again_at_once(
    server: Server, call: Callable[[str], Answer], status: int
) -> None:
    server.handlers = [says(status)]
    error, _ = failure(call, server.url)
    assert type(error) is Retryable
    assert len(server.requests) == 1


@pytest.mark.parametrize("call", [read, write])
def test_a_refusal_is_final_and_carries_the_code_of_the_contract(server: Server, call: Callable[[str], Answer]) -> None:
    server.handlers = [says(422, b'{"field":"amount","code":"P0102","description":"Invalid attribute value: amount"}')]
    error, _ = failure(call, server.url)
    assert type(error) is Final
    assert (error.status, error.code, error.message) == (422, "P0102", "Invalid attribute value: amount")
    assert len(server.requests) == 1


@pytest.mark.parametrize("call", [read, write])
def test_a_missing_thing_is_not_found(server: Server, call: Callable[[str], Answer]) -> None:
    server.handlers = [says(404, b"")]
    assert type(failure(call, server.url)[0]) is NotFound


@pytest.mark.parametrize("fault", TRANSIENT)
def test_a_read_is_tried_once_more_after_a_passing_fault(server: Server, fault: Handler) -> None:
    server.handlers = [fault, says(200, b"[1]")]
    assert read(server.url).json() == [1]
    assert len(server.requests) == 2


def test_a_read_is_not_tried_again_when_the_time_is_nearly_up(server: Server) -> None:
    server.handlers = [says(500)]
    failure(read, server.url, seconds=0.9)
    assert len(server.requests) == 1


def test_a_write_is_not_begun_when_the_time_is_nearly_up(server: Server) -> None:
    server.handlers = [says(200)]
    error, _ = failure(write, server.url, seconds=1.5)
    assert type(error) is Retryable
    assert server.requests == []


def test_a_redirect_on_the_same_host_is_followed_for_a_read(server: Server) -> None:
    server.handlers = [says(302, headers="Location: /new\r\n"), says(200, b'"there"')]
    assert read(server.url).json() == "there"
    assert server.requests[1].startswith(b"GET /new ")


def test_a_redirect_to_another_host_is_not_followed_and_its_endless_body_is_not_read(server: Server) -> None:
    def elsewhere(connection: socket.socket, _request: bytes) -> None:
        head = b"HTTP/1.1 302 X\r\nLocation: http://localhost:1/steal\r\nContent-Length: 99999999\r\n\r\n"
        connection.sendall(head)
        time.sleep(3)

    server.handlers = [elsewhere]
    error, took = failure(read, server.url)
    assert type(error) is Final
    assert took < 1


def test_a_redirect_loop_ends(server: Server) -> None:
    server.handlers = [says(302, headers="Location: /slots\r\n")]
    assert type(failure(read, server.url)[0]) is Final


def test_a_redirect_after_a_write_is_not_followed_and_leaves_the_outcome_unknown(server: Server) -> None:
    server.handlers = [says(303, headers="Location: /done\r\n")]
    assert type(failure(write, server.url)[0]) is OutcomeUnknown
    assert len(server.requests) == 1


def test_a_write_opens_its_own_connection_so_that_one_closed_meanwhile_is_no_unknown_outcome(server: Server) -> None:
    def keeps_then_closes(connection: socket.socket, _request: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

    server.handlers = [keeps_then_closes]
    door = Door("repairs", server.url)
    for _ in range(5):
        door.get("slots", "/slots")
        assert door.post_json("book", "/book", {}).json() == {}


def test_cookies_are_not_kept_and_each_call_says_that_it_takes_json(server: Server) -> None:
    server.handlers = [says(200, headers="Set-Cookie: a=b\r\n")]
    door = Door("pay", server.url, {"Authorization": "Bearer key"})
    door.get("payment", "/1")
    door.get("payment", "/2")
    second = server.requests[1].lower()
    assert b"cookie" not in second
    assert b"accept: application/json" in second
    assert b"authorization: bearer key" in second


def test_a_read_may_be_a_post_that_changes_nothing(server: Server) -> None:
    server.handlers = [says(500), says(200, b'"token"')]
    assert Door("repairs", server.url).post_json("sign in", "/Authentication", write=False).json() == "token"


def test_the_log_names_the_call_and_holds_neither_address_nor_key(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    server.handlers = [says(500, b"resident: 1 Mill Lane")]
    with caplog.at_level(logging.INFO, logger="actions.backoffice"), pytest.raises(Retryable) as caught:
        Door("places", server.url).get("postcode", "/postcode", params={"postcode": "AZ1 2BB", "key": "secret"})
    words = caplog.text + str(caught.value)
    assert "places postcode: 500 in" in caplog.text
    assert "AZ1" not in words and "secret" not in words and "Mill" not in words


def test_a_broken_connection_is_raised_without_the_cause_whose_words_hold_the_url(server: Server) -> None:
    server.handlers = [closes]
    error, _ = failure(read, server.url)
    assert error.__suppress_context__


@pytest.mark.parametrize("value", ["", ".", ".."])
def test_a_part_of_a_path_can_not_climb_out_of_it(value: str) -> None:
    with pytest.raises(ValueError, match="part of a path"):
        segment(value)


def test_a_part_of_a_path_is_quoted() -> None:
    assert segment("AZ1 2BB/?#") == "AZ1%202BB%2F%3F%23"


def test_not_a_number_is_not_json(server: Server) -> None:
    server.handlers = [says(200, b'{"accountBalance": NaN}')]
    assert type(failure(read, server.url)[0]) is Retryable


def test_many_threads_share_one_door(server: Server) -> None:
    server.handlers = [says(200, b"[1]")]
    door = Door("waste", server.url)
    answers: list[object] = []
    threads = [threading.Thread(target=lambda: answers.append(door.get("days", "/").json())) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [[1]] * 10
