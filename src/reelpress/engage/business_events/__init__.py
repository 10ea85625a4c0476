"""Business events: what happens in the business, and the campaigns it starts."""
