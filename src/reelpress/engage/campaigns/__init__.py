"""Campaigns: drafts, immutable versions, triggers, occurrences and their sends."""
