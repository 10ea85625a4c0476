"""Child campaigns: what one trigger of a business event makes of each campaign that listens to it."""
