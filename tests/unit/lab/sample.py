"""A report of a study as the store keeps it, small, with everything in it that a page must bear."""

from __future__ import annotations

from typing import Any

NASTY = '<script>alert("x")</script> <img src=x onerror=alert(1)> </details> {{ 7*7 }} \u202eمرحبا 🙂 & "quoted"'


def score(name: str, value: float | None, low: float | None = None, high: float | None = None) -> dict[str, Any]:
    return {"name": name, "value": value, "low": low, "high": high, "n": 300, "signature": f"{name}|boot:1000/12345"}


def effect(title: str, before: str, after: str, goal: dict[str, Any]) -> dict[str, Any]:
    others = {
        "wrong": score("wrong_rate", 0.01, -0.01, 0.03),
        "harm": score("harm_per_item", 9.1, 1.0, 17.2),
        "cost": score("cost_per_item", 0.0, 0.0, 0.0),
    }
    return {"path": f"technical.{title}", "title": title, "before": before, "after": after, "goal": goal, **others, "latency": score("latency_ms", -139.1, -151.2, -126.9)}  # fmt: skip


def matter(metric: str, title: str, value: dict[str, Any], accuracy: dict[str, Any]) -> dict[str, Any]:
    return {"metric": metric, "title": title, "value": value, "accuracy": accuracy, "helpfulness": score("agreement", 0.1, -0.1, 0.3), "fluency": score("agreement", None)}  # fmt: skip


def row(name: str, design: str, note: str = "", metric: str | None = None) -> dict[str, Any]:
    return {
        "name": name,
        "design": design,
        "simple": "",
        "note": note,
        "score": score(metric, None) if metric else None,
        "simple_score": None,
    }


def sample() -> dict[str, Any]:
    """The report."""
    goal = {"metric": "right_rate", "title": "Right", "bound": 0.9, "today": 0.88, "design": score("right_rate", 0.62, 0.55, 0.69),
            "simple": score("right_rate", 0.4, 0.3, 0.5), "said": True}  # fmt: skip
    limit = {
        **goal,
        "metric": "wrong_rate",
        "title": "Wrong",
        "bound": 0.06,
        "today": None,
        "design": score("wrong_rate", None),
        "said": False,
    }
    sections = [
        {"step": "ground", "title": "Ground the problem", "words": [{"path": "ground.goal", "quote": NASTY, "turn": 4}, {"path": "ground.user", "quote": NASTY, "turn": 4}],
         "remark": "", "rows": [row("Right", "62.0% [55.0%, 69.0%]", metric="right_rate")]},
        {"step": "evaluation", "title": "Evaluation metrics", "words": [], "remark": "", "rows": [row("BLEU", "unscored", "chosen", "bleu"), row("kind other_language: right", "52.5%")]},
    ]  # fmt: skip
    effects = [
        effect("trigger list", "on", "off", score("right_rate", 0.003, -0.01, 0.02)), effect("model", "extractive", "recall", score("right_rate", 0.26, 0.2, 0.32)),
        effect("search", "hybrid", "none", score("right_rate", -0.4, -0.5, -0.3)), effect("examples shown", "0", "3", score("right_rate", 0.0, 0.0, 0.0)),
        effect("sources only", "on", "off", score("right_rate", None)),
    ]  # fmt: skip
    through = score("through", 0.5, 0.25, 0.75)
    families = [{"family": "stale", "attacks": 8, "through": through,
                 "with_changed": [["technical.exact", "model", score("through", 0.75, 0.5, 1.0)], ["hallucinations.mask", "False", through]]}]  # fmt: skip
    case = {
        "record": "R-1",
        "badness": 3.0,
        "input": NASTY,
        "output": NASTY,
        "why": "",
        "reference": "",
        "route": "look",
        "objections": [NASTY],
        "trace": ["intake: looked up"],
    }
    return {
        "case": "support-desk", "title": NASTY, "verdict": "The design misses its goal: right 62.0% [55.0%, 69.0%], wanted 90.0%; it breaks a limit: wrong.", "reached": False,
        "goal": goal, "limits": [limit], "sections": sections, "effects": effects, "families": families,
        "attacked": [{"id": "A-1", "family": "stale", "through": True, "why": NASTY, "input": NASTY, "output": NASTY}],
        "matters": [matter("facts", "expected facts", score("agreement", 0.9, 0.8, 0.95), score("agreement", 0.3, 0.1, 0.4)),
                    matter("bleu", "BLEU", score("agreement", 0.05, -0.1, 0.2), score("agreement", -0.3, -0.4, -0.2))],
        "worst": [case], "remarks": [NASTY], "currency": "EUR", "records": 1300, "data_version": "d1", "signature": "extractive:1",
    }  # fmt: skip
