"""A plain page with one table, so that people can see what a back office holds."""

from collections.abc import Iterable, Sequence
from html import escape

from starlette.responses import HTMLResponse

_STYLE = "body{font-family:sans-serif;margin:2rem}table{border-collapse:collapse}th,td{border:1px solid;padding:.4rem}"


def table(title: str, headings: Sequence[str], rows: Iterable[Sequence[object]], note: str = "") -> HTMLResponse:
    """Return the page; every value is escaped, and None is shown as nothing."""
    head = "".join(f'<th scope="col">{escape(heading)}</th>' for heading in headings)
    body = "".join("<tr>" + "".join(f"<td>{_cell(value)}</td>" for value in row) + "</tr>" for row in rows)
    return HTMLResponse(
        f'<!doctype html><html lang="en-GB"><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style><h1>{escape(title)}</h1><p>{escape(note)}</p>"
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></html>"
    )


def _cell(value: object) -> str:
    return "" if value is None else escape(str(value))
