"""Runs of a campaign over its audience: one for each time of its calendar, one for each trigger."""
