"""The tables of the store, all in one place: what a version of its form holds."""

from __future__ import annotations

import sqlalchemy as sa

VERSION = 3
"""1: sessions and events. 2: scorecards, too. 3: proposals and runs, too."""
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
