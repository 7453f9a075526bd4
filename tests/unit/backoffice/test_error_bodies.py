"""The error bodies of the published contracts."""

import json

import pytest

from actions.backoffice.problems import problem_of

BODIES = [
    (
        {"field": "amount", "code": "P0102", "description": "Invalid attribute value"},
        ("P0102", "Invalid attribute value"),
    ),
    (
        {"status_code": 400, "errors": [{"error": "ValidationError", "message": "bad number"}]},
        ("ValidationError", "bad number"),
    ),
    ([{"code": 404, "description": "service_code was not found"}], ("404", "service_code was not found")),
    ({"errors": [{"code": 400, "description": "Bad request"}]}, ("400", "Bad request")),
    ({"error": {"statuscode": 400, "message": "Requested postcode must ..."}}, ("400", "Requested postcode must ...")),
    (
        {"fault": {"faultstring": "Invalid ApiKey", "detail": {"errorcode": "oauth.v2.InvalidApiKey"}}},
        ("oauth.v2.InvalidApiKey", "Invalid ApiKey"),
    ),
    ({"status": 404, "error": "Postcode not found"}, ("", "Postcode not found")),
    ({"code": 500, "message": "Unexpected error"}, ("500", "Unexpected error")),
    ([], ("", "")),
    ({}, ("", "")),
    ("text", ("", "text")),
]


@pytest.mark.parametrize(("body", "expected"), BODIES)
def test_each_contracts_error_gives_its_code_and_message(body: object, expected: tuple[str, str]) -> None:
    assert problem_of(json.dumps(body).encode()) == expected


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"<h1>no</h1>", b"[" * 100_000, b"null", b'{"fault": {}}'])
def test_anything_else_gives_no_code_and_never_fails(content: bytes) -> None:
    assert problem_of(content)[0] == ""
