"""The pages of reviews: the queue, and one output with all that a reviewer needs beside it. They work without a script; one adds the keys."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import quote, unquote, urlencode

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import Response

from caseroom.app import reviews, runs
from caseroom.app.reviews import LONGEST, LONGEST_NAME, LONGEST_REASON
from caseroom.errors import UsageError
from caseroom.lab.decisions import Action
from caseroom.store.reviews import ReviewStore
from caseroom.web.held import the_bench, the_room
from caseroom.web.rendering import go, render

router = APIRouter(include_in_schema=False)
PAGE = 50
COOKIE = "reviewer"
STATES = (("open", "waiting"), ("escalated", "escalated"), ("decided", "decided"), ("left", "left undecided"), ("all", "all"))
DONE = {"approve": "Approved", "modify": "Modified", "reject": "Passed on to a person", "escalate": "Escalated to another reviewer"}
Filter = Annotated[str, Query(max_length=1000)]
Field = Annotated[str, Form(max_length=1000)]


@router.get("/reviews")
def queue(
    request: Request, run: Filter = "", case: Filter = "", state: Literal["open", "escalated", "decided", "left", "all"] = "open",
    page: Annotated[int, Query(ge=1, le=1_000_000)] = 1, ended: bool = False,
) -> Response:  # fmt: skip
    """The queue."""
    room = the_room(request)
    counts = reviews.counts(room, run=run, case=case)
    found = reviews.page(room, run=run, case=case, state="" if state == "all" else state, offset=(page - 1) * PAGE, limit=PAGE)
    known = ReviewStore(room.store.database).runs()
    total = sum(counts.values()) if state == "all" else counts[state]
    able = [name for name, _ in known if name == run] if run and not counts["open"] + counts["escalated"] else []
    return render(
        request, "reviews.html", items=found, counts=counts, total=total, page=page, pages=max(1, -(-total // PAGE)), first=(page - 1) * PAGE, states=STATES,
        named=dict(STATES),
        run=run, case=case, state=state, runs=known, cases=sorted({name for _, name in known}), who=reviewer_of(request), longest=LONGEST_NAME,
        ended=ended, able=able and runs.run(room, run).state == "waiting", link=lambda n: "/reviews?" + urlencode({"run": run, "case": case, "state": state, "page": n}),
    )  # fmt: skip


@router.post("/reviews/next")
def begin(request: Request, run: Field = "", case: Field = "", who: Annotated[str, Form(max_length=200)] = "") -> Response:
    """Take the next item; with a name, as this reviewer from now on."""
    name = reviews.named(who) if who else reviewer_of(request)
    answer = _next(request, name, run, case)
    answer.set_cookie(COOKIE, quote(name), max_age=31_536_000, httponly=True, samesite="strict")
    return answer


def _next(request: Request, name: str, run: str, case: str, **more: str) -> Response:
    item = reviews.take(the_room(request), name, run=run, case=case)
    chosen = {key: value for key, value in {"run": run, "case": case, **more}.items() if value}
    return go(f"/reviews/{item}?{urlencode(chosen)}" if item else f"/reviews?{urlencode({**chosen, 'ended': 'true'})}")


@router.get("/reviews/{item_id}")
def item_page(request: Request, item_id: str, run: Filter = "", case: Filter = "", last: Filter = "", did: Filter = "") -> Response:
    """An item to decide of, or what was decided."""
    return _item(request, item_id, run=run, case=case, last=last, did=did)


def _item(
    request: Request, item_id: str, *, run: str, case: str, last: str = "", did: str = "", status: int = 200, problem: str = "",
    edited: str | None = None, reason: str = "",
) -> Response:  # fmt: skip
    room = the_room(request)
    found, counts = reviews.review(room, item_id), reviews.counts(room, run=run, case=case)
    others: dict[int, bool] = {d.number: found.holds is not None and reviews.differs(found.holds, d) for d in found.others}
    context: dict[str, Any] = {"run": run, "case": case, "last": last, "did": DONE.get(did, ""), "problem": problem, "reason": reason}
    return render(
        request, "review.html", status, found=found, item=found.item, others=others, edited=found.item.output if edited is None else edited,
        waiting=counts["open"] + counts["escalated"], who=reviewer_of(request), done=DONE, finished=runs.run(room, found.run).state == "done",
        longest=LONGEST, longest_reason=LONGEST_REASON, **context,
    )  # fmt: skip


@router.post("/reviews/{item_id}")
def decide(
    request: Request, item_id: str, action: Annotated[Action, Form()], output: Annotated[str, Form()] = "", reason: Annotated[str, Form()] = "", run: Field = "",
    case: Field = "",
) -> Response:  # fmt: skip
    """Decide, and on to the next item."""
    name = reviewer_of(request)
    try:
        if action != "modify" and _changed(request, item_id, output):
            raise UsageError("You changed the output. Send it as changed, or put it back as it was.")
        reviews.decide(the_room(request), item_id, name, action, output=output, reason=reason)
    except UsageError as error:
        return _item(request, item_id, run=run, case=case, status=400, problem=str(error), edited=output, reason=reason)
    return _next(request, name, run, case, last=item_id, did=action)


def _changed(request: Request, item_id: str, output: str) -> bool:
    made = reviews.review(the_room(request), item_id).item.output
    return bool(output.strip()) and output.replace("\r\n", "\n").strip() != made.replace("\r\n", "\n").strip()


@router.post("/reviews/runs/{run_id}/finish")
def finish(request: Request, run_id: str, force: Annotated[bool, Form()] = False) -> Response:
    """Let a run go on with what was decided."""
    if runs.run(the_room(request), run_id).state != "done":
        the_bench(request).start(run_id, force=force)
    return go(f"/lab/{run_id}")


def reviewer_of(request: Request) -> str:
    """Who reviews in this browser."""
    try:
        return reviews.named(unquote(request.cookies.get(COOKIE, "")))
    except UsageError:
        return "me"
