"""Names of people in running text, by Presidio, where it is installed with a spaCy model. An extra to the patterns; without it there are none. Downloads nothing."""

from __future__ import annotations

import logging
from functools import lru_cache
from importlib.util import find_spec
from typing import Any

_SURE = 0.5
"""Presidio's score from which a name is one."""


def people_named(text: str) -> list[str]:
    """The names of people in a text, as they are written."""
    engine = _engine()
    if engine is None:
        return []
    found = engine.analyze(text=text, language="en", entities=["PERSON"], score_threshold=_SURE)
    return list(dict.fromkeys(text[piece.start : piece.end] for piece in found))


def presidio_is_here() -> bool:
    """Whether names are found, without loading anything."""
    return bool(find_spec("presidio_analyzer") and find_spec("spacy"))


@lru_cache(maxsize=1)
def _engine() -> Any:
    if not presidio_is_here():
        return None
    import spacy.util
    from presidio_analyzer import AnalyzerEngine
    from presidio_analyzer.nlp_engine import NlpEngineProvider

    name = next((model for model in sorted(spacy.util.get_installed_models()) if model.startswith("en_core_web")), None)
    if name is None:  # the library would fetch one
        return None
    logging.getLogger("presidio-analyzer").setLevel(logging.ERROR)
    configuration = {"nlp_engine_name": "spacy", "models": [{"lang_code": "en", "model_name": name}]}
    return AnalyzerEngine(nlp_engine=NlpEngineProvider(nlp_configuration=configuration).create_engine(), supported_languages=["en"])
