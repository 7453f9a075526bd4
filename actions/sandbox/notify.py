"""GOV.UK Notify's API, version 2: texts, emails and letters that go nowhere but a page that people can read."""

import json
import sqlite3
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from actions.sandbox import notify_rules as rules
from actions.sandbox import outbox
from actions.sandbox.notify_rules import TEMPLATES as TEMPLATES
from actions.sandbox.notify_rules import Refused, Template
from actions.sandbox.pages import page

SCHEMA = outbox.SCHEMA
PAGES = ("/texts",)
PAGE_SIZE = 250
FROM_NUMBER, FROM_EMAIL = "Ashcombe", "ashcombe.borough.council@notifications.service.gov.uk"
# The parameters of a search and the columns they filter.
FILTERS = {"template_type": "type", "status": "status", "reference": "reference"}
PRECOMPILED = Template("a5c00000-0000-4000-8000-0000000000ff", "Pre-compiled PDF", "letter", "", "Pre-compiled PDF")

Handler = Callable[[Request], Awaitable[Response]]


def endpoint(handler: Handler) -> Handler:
    """Check the token; answer a refusal in Notify's form. A read is served without a token, not with a wrong one."""

    @wraps(handler)
    async def checked(request: Request) -> Response:
        try:
            if request.method != "GET" or "authorization" in request.headers:
                rules.check_token(request)
            return await handler(request)
        except Refused as refusal:
            return JSONResponse(refusal.body, refusal.status)

    return checked


async def _body(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(await request.body())
        json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError):
        raise Refused(400, "BadRequestError", "Invalid JSON supplied in POST data") from None
    if not isinstance(body, dict):
        raise Refused(400, "ValidationError", "POST data is not of type object")
    return body


def _base(request: Request) -> str:
    return f"{request.base_url}{'notify/' if request.url.path.startswith('/notify/') else ''}v2"


def _created(request: Request, made: str, body: dict[str, Any], template: Template, content: object) -> Response:
    told = {
        "id": made,
        "reference": body.get("reference"),
        "content": content,
        "uri": f"{_base(request)}/notifications/{made}",
        "template": _template_link(request, template.id, template.version),
        "scheduled_for": None,
    }
    return JSONResponse(told, 201)


def _template_link(request: Request, template_id: str, version: int) -> dict[str, object]:
    return {"id": template_id, "version": version, "uri": f"{_base(request)}/template/{template_id}"}


@endpoint
async def send_sms(request: Request) -> Response:
    """`POST /v2/notifications/sms`: 201."""
    body = await _body(request)
    rules.check_body("sms", body)
    phone = rules.check_phone(body["phone_number"])
    template = rules.template_for("sms", body["template_id"])
    _, text = template.render(body.get("personalisation", {}))
    if len(text) > rules.SMS_CHARACTERS:
        limit = f"Your message is too long. Text messages cannot be longer than {rules.SMS_CHARACTERS} characters."
        raise Refused(400, "BadRequestError", limit)
    made = outbox.keep("sms", phone, body, template, text=text)
    return _created(request, made, body, template, {"body": text, "from_number": FROM_NUMBER})


@endpoint
async def send_email(request: Request) -> Response:
    """`POST /v2/notifications/email`: 201."""
    body = await _body(request)
    rules.check_body("email", body)
    address = rules.check_email(body["email_address"])
    template = rules.template_for("email", body["template_id"])
    subject, text = template.render(body.get("personalisation", {}))
    made = outbox.keep("email", address, body, template, subject=subject, text=text)
    content = {
        "subject": subject,
        "body": text,
        "from_email": FROM_EMAIL,
        "one_click_unsubscribe_url": body.get("one_click_unsubscribe_url"),
    }
    return _created(request, made, body, template, content)


@endpoint
async def send_letter(request: Request) -> Response:
    """`POST /v2/notifications/letter`: 201, from a template or as a PDF."""
    body = await _body(request)
    if "content" in body:
        rules.check_body("precompiled", body)
        postage = rules.check_precompiled(body)
        made = outbox.keep("letter", "Pre-compiled letter", body, PRECOMPILED, postage=postage)
        return JSONResponse({"id": made, "reference": body["reference"], "postage": postage}, 201)
    rules.check_body("letter", body)
    lines = rules.check_address(body["personalisation"])
    template = rules.template_for("letter", body["template_id"])
    subject, text = template.render(body["personalisation"])
    whole = {"subject": subject, "text": text, "address": "\n".join(lines), "postage": "second"}
    made = outbox.keep("letter", lines[0], body, template, **whole)
    return _created(request, made, body, template, {"subject": subject, "body": text})


def _message(request: Request, row: sqlite3.Row) -> dict[str, Any]:
    lines = (row["address"] or "").split("\n") if row["address"] else []
    sms = row["type"] == "sms"
    return {
        "id": row["id"],
        "reference": row["reference"],
        "type": row["type"],
        "status": row["status"],
        "phone_number": row["recipient"] if sms else None,
        "email_address": row["recipient"] if row["type"] == "email" else None,
        **{f"line_{n + 1}": lines[n] if n < len(lines) else None for n in range(6)},
        "postcode": lines[-1] if lines else None,
        "postage": row["postage"],
        "template": _template_link(request, row["template_id"], row["template_version"]),
        "subject": row["subject"],
        "body": row["body"],
        "created_at": row["created"],
        "created_by_name": None,
        "sent_at": row["created"],
        "completed_at": row["created"],
        "scheduled_for": None,
        "one_click_unsubscribe_url": None,
        "is_cost_data_ready": True,
        "cost_in_pounds": 0.0,
        "cost_details": {"billable_sms_fragments": 1, "international_rate_multiplier": 1.0, "sms_rate": 0.0} if sms else {},
    }


@endpoint
async def get_one(request: Request) -> Response:
    """`GET /v2/notifications/{id}`: 200; 400 for what is no UUID; 404."""
    return JSONResponse(_message(request, _row(request.path_params["id"])))


def _row(wanted: str) -> sqlite3.Row:
    if not rules.is_uuid(wanted):
        raise Refused(400, "ValidationError", "id is not a valid UUID")
    row = outbox.find(wanted)
    if row is None:
        raise Refused(404, "NoResultFound", "No result found")
    return row


@endpoint
async def get_many(request: Request) -> Response:
    """`GET /v2/notifications`: newest first, 250 at a time, by template_type, status, reference, older_than."""
    query = request.query_params
    filters = {column: query.getlist(name) for name, column in FILTERS.items() if name in query}
    older_than = query.get("older_than")
    if older_than is not None and not rules.is_uuid(older_than):
        raise Refused(400, "ValidationError", "older_than is not a valid UUID")
    rows = outbox.search(filters, older_than, PAGE_SIZE)
    links = {"current": f"{_base(request)}/notifications" + (f"?{query}" if query else "")}
    if rows:
        following = [(name, value) for name, value in query.multi_items() if name != "older_than"]
        links["next"] = f"{_base(request)}/notifications?{urlencode([*following, ('older_than', rows[-1]['id'])])}"
    return JSONResponse({"notifications": [_message(request, row) for row in rows], "links": links})


@endpoint
async def get_pdf(request: Request) -> Response:
    """`GET /v2/notifications/{id}/pdf`: always 400; the sandbox prints no letters."""
    if _row(request.path_params["id"])["type"] != "letter":
        raise Refused(400, "BadRequestError", "Notification is not a letter")
    raise Refused(400, "PDFNotReadyError", "PDF not available yet, try again later")


@endpoint
async def received(request: Request) -> Response:
    """`GET /v2/received-text-messages`: the newest 250."""
    texts = [
        {**one, "notify_number": "07700900999", "service_id": rules.DEFAULT_KEY[-73:-37]}
        for one in outbox.received(PAGE_SIZE)
    ]
    links = {"current": f"{_base(request)}/received-text-messages"}
    return JSONResponse({"received_text_messages": texts, "links": links})


async def receive(request: Request) -> Response:
    """`POST /notify/received` {"phone", "text"}: somebody texts the council. Not of the contract, and for anyone; 204."""
    try:
        body = await _body(request)
        outbox.receive(rules.check_phone(str(body.get("phone"))), str(body.get("text")))
    except Refused as refusal:
        return JSONResponse(refusal.body, refusal.status)
    return Response(status_code=204)


def _template(template: Template) -> dict[str, object]:
    return {
        "id": template.id,
        "name": template.name,
        "type": template.type,
        "created_at": "2026-01-05T09:00:00.000000Z",
        "updated_at": None,
        "version": template.version,
        "created_by": "sandbox@ashcombe.example",
        "body": template.body,
        "subject": template.subject,
        "postage": "second" if template.type == "letter" else None,
        "personalisation": {name: {"required": True} for name in template.fields},
        "letter_contact_block": None,
    }


@endpoint
async def templates(request: Request) -> Response:
    """`GET /v2/templates`: all, or those of one `type`."""
    wanted = request.query_params.get("type")
    if wanted not in (None, "sms", "email", "letter"):
        raise Refused(400, "ValidationError", f"type {wanted} is not one of [sms, email, letter]")
    found = [_template(made) for made in TEMPLATES.values() if wanted in (None, made.type)]
    return JSONResponse({"templates": found})


def _wanted(request: Request) -> Template:
    wanted = request.path_params["template_id"]
    if not rules.is_uuid(wanted):
        raise Refused(400, "ValidationError", "id is not a valid UUID")
    found = TEMPLATES.get(wanted.lower())
    if found is None or request.path_params.get("version", found.version) != found.version:
        raise Refused(404, "NoResultFound", "No result found")
    return found


@endpoint
async def template(request: Request) -> Response:
    """`GET /v2/template/{id}` and `/version/{version}`."""
    return JSONResponse(_template(_wanted(request)))


@endpoint
async def preview(request: Request) -> Response:
    """`POST /v2/template/{id}/preview`: the message as it would be sent."""
    found, body = _wanted(request), await _body(request)
    values = body.get("personalisation", {})
    if not isinstance(values, dict):
        raise Refused(400, "ValidationError", f"personalisation {values} is not of type object")
    subject, text = found.render(values)
    told = {"id": found.id, "type": found.type, "version": found.version, "body": text, "subject": subject}
    return JSONResponse(told | {"html": None, "postage": "second" if found.type == "letter" else None})


async def texts(request: Request) -> Response:
    """`/notify/texts`: what residents would have received, newest first."""
    rows = outbox.search({}, None, PAGE_SIZE)
    names = {made.id: made.name for made in (*TEMPLATES.values(), PRECOMPILED)}
    return page(request, "texts.html", messages=rows, names=names)


api_routes = [
    Route("/v2/notifications/sms", send_sms, methods=["POST"]),
    Route("/v2/notifications/email", send_email, methods=["POST"]),
    Route("/v2/notifications/letter", send_letter, methods=["POST"]),
    Route("/v2/notifications/{id}/pdf", get_pdf, methods=["GET"]),
    Route("/v2/notifications/{id}", get_one, methods=["GET"]),
    Route("/v2/notifications", get_many, methods=["GET"]),
    Route("/v2/received-text-messages", received, methods=["GET"]),
    Route("/v2/templates", templates, methods=["GET"]),
    Route("/v2/template/{template_id}/version/{version:int}", template, methods=["GET"]),
    Route("/v2/template/{template_id}/preview", preview, methods=["POST"]),
    Route("/v2/template/{template_id}", template, methods=["GET"]),
]
routes = [*api_routes, Route("/texts", texts, methods=["GET"]), Route("/received", receive, methods=["POST"])]
