"""The Data API: customers, events and bulk imports as MoEngage clients send them."""
