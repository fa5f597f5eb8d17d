"""An object out of a model's words: strict JSON, held against its schema. Guesses nothing and mends nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

_FENCE = re.compile(r"\A\s*```(?:json)?\s*\n(.*?)\n?\s*```\s*\Z", re.DOTALL)
_DEEPEST = 40
_KINDS: dict[str, tuple[type, ...]] = {
    "object": (dict,), "array": (list,), "string": (str,), "boolean": (bool,), "integer": (int,), "number": (int, float), "null": (type(None),),
}  # fmt: skip


def asked_for(schema: Mapping[str, Any]) -> str:
    """How a model is told of the form."""
    return f"Answer with one JSON object and nothing else, without a fence around it. It fits this JSON schema:\n{json.dumps(schema, ensure_ascii=False)}"


def read_object(text: str, schema: Mapping[str, Any]) -> tuple[Any, str]:
    """The object in a text, and what is wrong with it; it holds if nothing is."""
    match = _FENCE.match(text)
    try:
        data = json.loads(match[1] if match else text, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        return None, f"it is no JSON ({str(error)[:80]})"
    if not isinstance(data, dict):
        return None, "it is no JSON object"
    return data, next(problems(data, schema), "")


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no number")


def problems(data: Any, schema: Mapping[str, Any]) -> Iterator[str]:
    """What does not fit the schema, in words that a model understands."""
    return _problems(data, schema, schema, "the object", 0)


def _problems(data: Any, schema: Any, root: Mapping[str, Any], where: str, depth: int) -> Iterator[str]:
    if schema is True or depth > _DEEPEST:
        return
    if reference := schema.get("$ref"):
        yield from _problems(data, _referred(reference, root), root, where, depth + 1)
        return
    if choices := schema.get("anyOf") or schema.get("oneOf"):
        if not any(next(_problems(data, choice, root, where, depth + 1), None) is None for choice in choices):
            yield f"{where} fits none of what is allowed"
        return
    for part in schema.get("allOf", ()):
        yield from _problems(data, part, root, where, depth + 1)
    if "const" in schema and data != schema["const"]:
        yield f"{where} is not {schema['const']!r}"
    if "enum" in schema and data not in schema["enum"]:
        yield f"{where} is none of {schema['enum']}"
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and not any(_is(data, kind) for kind in kinds):
        yield f"{where} is no {' or '.join(kinds)}"
        return
    yield from _parts(data, schema, root, where, depth)


def _referred(reference: str, root: Mapping[str, Any]) -> Any:
    found: Any = root
    for part in reference.removeprefix("#/").split("/"):
        found = found[part] if part else found
    return found


def _is(data: Any, kind: str) -> bool:
    if isinstance(data, bool):
        return kind == "boolean"
    return isinstance(data, _KINDS[kind]) or (kind == "integer" and isinstance(data, float) and data.is_integer())


def _parts(data: Any, schema: Mapping[str, Any], root: Mapping[str, Any], where: str, depth: int) -> Iterator[str]:
    if isinstance(data, dict):
        known = schema.get("properties", {})
        yield from (f"{where} lacks {name!r}" for name in schema.get("required", ()) if name not in data)
        for name, value in data.items():
            form = known.get(name, schema.get("additionalProperties", True))
            if form is False:
                yield f"{where} has {name!r}, which is not allowed"
            else:
                yield from _problems(value, form, root, f"{name!r}", depth + 1)
    elif isinstance(data, list):
        yield from _sized(len(data), schema, "minItems", "maxItems", where, "entries")
        for number, value in enumerate(data):
            yield from _problems(value, schema.get("items", True), root, f"entry {number + 1} of {where}", depth + 1)
    elif isinstance(data, str):
        yield from _sized(len(data), schema, "minLength", "maxLength", where, "letters")
        if (pattern := schema.get("pattern")) and not re.search(pattern, data):
            yield f"{where} does not fit {pattern}"
    elif isinstance(data, int | float) and not isinstance(data, bool):
        yield from _sized(data, schema, "minimum", "maximum", where, "")


def _sized(size: float, schema: Mapping[str, Any], least: str, most: str, where: str, what: str) -> Iterator[str]:
    if least in schema and size < schema[least]:
        yield f"{where} must be at least {schema[least]} {what}".rstrip()
    if most in schema and size > schema[most]:
        yield f"{where} must be at most {schema[most]} {what}".rstrip()
