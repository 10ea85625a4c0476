"""Previews: what a campaign's content says to one customer, before there is a campaign."""
