"""The interview: which facts a turn unlocks, what the interviewer says, the clock."""
