"""The tables of the store, all in one place: what a version of its form holds."""

from __future__ import annotations

import sqlalchemy as sa

VERSION = 7
"""1: sessions and events. 2: scorecards, too. 3: proposals and runs, too. 4: people, too. 5: rollouts, and what watches the product, too. 6: calls of large models and the coach's words, too.
7: who was told of alerts, too."""
metadata = sa.MetaData()
store = sa.Table("store", metadata, sa.Column("version", sa.Integer, primary_key=True))
sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("case_id", sa.String(200), nullable=False),
    sa.Column("created", sa.String(40), nullable=False),
)
events = sa.Table(
    "events",
    metadata,
    sa.Column("session", sa.String(32), sa.ForeignKey("sessions.id"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("body", sa.Text, nullable=False),
)
scorecards = sa.Table(
    "scorecards",
    metadata,
    sa.Column("session", sa.String(32), sa.ForeignKey("sessions.id"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("created", sa.String(40), nullable=False),
    sa.Column("length", sa.Integer, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
)
proposals = sa.Table(
    "proposals",
    metadata,
    sa.Column("session", sa.String(32), sa.ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("text", sa.Text, nullable=False),
)
runs = sa.Table(
    "runs",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("created", sa.String(40), nullable=False),
    sa.Column("session", sa.String(32), sa.ForeignKey("sessions.id", ondelete="CASCADE")),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("asked", sa.Text, nullable=False),
    sa.Column("report", sa.Text),
)

# people: share links, what peers marked, what was decided of disputes. All go with their session.
share_links = sa.Table(
    "share_links",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("session", sa.String(32), sa.ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("role", sa.String(20), nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("created", sa.String(40), nullable=False),
    sa.Column("expires", sa.String(40), nullable=False),
    sa.Column("options", sa.Text, nullable=False),
)
share_revocations = sa.Table(
    "share_revocations",
    metadata,
    sa.Column("link", sa.String(32), sa.ForeignKey("share_links.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("created", sa.String(40), nullable=False),
)
peers = sa.Table(
    "peers",
    metadata,
    sa.Column("link", sa.String(32), sa.ForeignKey("share_links.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("id", sa.String(32), nullable=False, unique=True),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("created", sa.String(40), nullable=False),
    sa.UniqueConstraint("link", "sha256"),
)
peer_marks = sa.Table(
    "peer_marks",
    metadata,
    sa.Column("peer", sa.String(32), sa.ForeignKey("peers.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("created", sa.String(40), nullable=False),
    sa.Column("body", sa.Text, nullable=False),
)
dispute_decisions = sa.Table(
    "dispute_decisions",
    metadata,
    sa.Column("session", sa.String(32), sa.ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("dispute", sa.Integer, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("created", sa.String(40), nullable=False),
    sa.Column("decided_by", sa.String(60), nullable=False),
    sa.Column("decision", sa.String(20), nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
)

# ratings: a cycle is a plan of items; the texts go with the run that made them, the plan and the ratings stay.
rating_cycles = sa.Table(
    "rating_cycles",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("created", sa.String(40), nullable=False),
    sa.Column("body", sa.Text, nullable=False),
)
rating_items = sa.Table(
    "rating_items",
    metadata,
    sa.Column("cycle", sa.String(32), sa.ForeignKey("rating_cycles.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("body", sa.Text, nullable=False),
)
rating_texts = sa.Table(
    "rating_texts",
    metadata,
    sa.Column("cycle", sa.String(32), sa.ForeignKey("rating_cycles.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("run", sa.String(32), sa.ForeignKey("runs.id", ondelete="CASCADE"), index=True),
    sa.Column("body", sa.Text, nullable=False),
)
ratings = sa.Table(
    "ratings",
    metadata,
    sa.Column("cycle", sa.String(32), sa.ForeignKey("rating_cycles.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("created", sa.String(40), nullable=False),
    sa.Column("rater", sa.String(60), nullable=False),
    sa.Column("item", sa.Integer, nullable=False),
    sa.Column("dimension", sa.String(20), nullable=False),
    sa.Column("value", sa.Integer, nullable=False),
)

# reviews: outputs of a run that wait for a person, who took them when, and what was decided. All go with their run; nothing is changed once written.
review_items = sa.Table(
    "review_items",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("run", sa.String(32), sa.ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("case_id", sa.String(1000), nullable=False),
    sa.Column("record", sa.String(1000), nullable=False),
    sa.Column("created", sa.String(40), nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Index("review_items_in_order", "created", "run", "number"),
    sa.Index("review_items_of_a_run", "run", "created", "number", "case_id"),
    sa.Index("review_items_of_a_case", "case_id", "created", "run", "number"),
)
review_leases = sa.Table(
    "review_leases",
    metadata,
    sa.Column("item", sa.String(64), sa.ForeignKey("review_items.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("reviewer", sa.String(60), nullable=False),
    sa.Column("taken", sa.String(40), nullable=False),
)
review_decisions = sa.Table(
    "review_decisions",
    metadata,
    sa.Column("item", sa.String(64), sa.ForeignKey("review_items.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("reviewer", sa.String(60), nullable=False),
    sa.Column("created", sa.String(40), nullable=False),
    sa.Column("action", sa.String(10), nullable=False),
    sa.Column("output", sa.Text),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("stands", sa.String(10), nullable=False),
)

# what watches the product: readings that no event holds, alerts that were raised, and what people did about them. No word of a user, no session.
readings = sa.Table(
    "readings",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("when", sa.String(40), nullable=False),
    sa.Column("name", sa.String(40), nullable=False),
    sa.Column("value", sa.Float, nullable=False),
    sa.Column("labels", sa.Text, nullable=False),
    sa.Index("readings_in_order", "when"),
)
alerts = sa.Table(
    "alerts",
    metadata,
    sa.Column("id", sa.String(80), primary_key=True),
    sa.Column("watch", sa.String(40), nullable=False),
    sa.Column("since", sa.String(10), nullable=False),
    sa.Column("last", sa.String(10), nullable=False),
    sa.Column("level", sa.String(20), nullable=False),
    sa.Column("body", sa.Text, nullable=False),
)
alert_actions = sa.Table(
    "alert_actions",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("watch", sa.String(40), nullable=False),
    sa.Column("alert", sa.String(80)),
    sa.Column("when", sa.String(40), nullable=False),
    sa.Column("action", sa.String(20), nullable=False),
    sa.Column("until", sa.String(10)),
    sa.Column("reason", sa.Text, nullable=False),
)
alert_deliveries = sa.Table(
    "alert_deliveries",
    metadata,
    sa.Column("alert", sa.String(80), primary_key=True),
    sa.Column("sink", sa.String(40), primary_key=True),
    sa.Column("where", sa.String(300), nullable=False),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("when", sa.String(40), nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
)

# rollouts: what was asked, where it stands, what came of it, and what a person on call did in its weeks.
rollouts = sa.Table(
    "rollouts",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("created", sa.String(40), nullable=False),
    sa.Column("session", sa.String(32), sa.ForeignKey("sessions.id", ondelete="CASCADE")),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("asked", sa.Text, nullable=False),
    sa.Column("report", sa.Text),
)
rollout_actions = sa.Table(
    "rollout_actions",
    metadata,
    sa.Column("rollout", sa.String(32), sa.ForeignKey("rollouts.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("created", sa.String(40), nullable=False),
    sa.Column("body", sa.Text, nullable=False),
)

# large models: which calls were made and what they cost, never what was said; and who agreed to what. The session is forgotten with its session, the spending stays.
model_calls = sa.Table(
    "model_calls",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("created", sa.String(40), nullable=False, index=True),
    sa.Column("session", sa.String(40), index=True),
    sa.Column("purpose", sa.String(20), nullable=False),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("host", sa.String(300), nullable=False),
    sa.Column("tokens_in", sa.Integer, nullable=False),
    sa.Column("tokens_out", sa.Integer, nullable=False),
    sa.Column("cost", sa.Float),
    sa.Column("seconds", sa.Float, nullable=False),
    sa.Column("outcome", sa.String(40), nullable=False),
)
model_consents = sa.Table(
    "model_consents",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("created", sa.String(40), nullable=False),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("purpose", sa.String(20), nullable=False),
    sa.Column("host", sa.String(300), nullable=False),
    sa.Column("agreed", sa.Boolean, nullable=False),
)

# what the coach said of a finished session. It goes with its session; nothing is changed once written.
coachings = sa.Table(
    "coachings",
    metadata,
    sa.Column("session", sa.String(32), sa.ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("created", sa.String(40), nullable=False),
    sa.Column("length", sa.Integer, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
)
