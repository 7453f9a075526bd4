"""The saved specifications that the sandbox is held to, from the folder `SHARED_DIR` (beside the repository)."""

import json
import os
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("SHARED_DIR") or ROOT.parent / "shared")


def contract(name: str) -> Any:
    """Return a saved specification. Skips the test when the folder of contracts is not there."""
    path = SHARED / "contracts" / name
    if not path.exists():
        pytest.skip(f"no published contracts at {SHARED / 'contracts'}: set SHARED_DIR")
    text = path.read_text(encoding="utf-8")
    return yaml.safe_load(text) if path.suffix == ".yaml" else json.loads(text)


def hold(value: object, schema: dict[str, Any], folder: str = "") -> None:
    """Fail unless a value is as the schema says. References are looked up in the folder of contracts."""
    base = (SHARED / "contracts" / folder).resolve().as_uri() + "/"
    resolver = jsonschema.RefResolver(base, schema)
    jsonschema.Draft7Validator(schema, resolver=resolver, format_checker=jsonschema.FormatChecker()).validate(value)


def from_openapi(schema: Any) -> Any:
    """Return a schema of OpenAPI 3.0 as JSON Schema: `nullable` becomes a type, and one of the values listed."""
    if isinstance(schema, list):
        return [from_openapi(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    turned = {name: from_openapi(part) for name, part in schema.items() if name not in ("nullable", "example")}
    if schema.get("nullable") and isinstance(schema.get("type"), str):
        turned["type"] = [schema["type"], "null"]
        if "enum" in schema:
            turned["enum"] = [*schema["enum"], None]
    return turned
