"""The session store: an append-only log of events in a database. It never changes or removes an event of a living session."""
