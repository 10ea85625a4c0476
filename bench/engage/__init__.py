"""What Engage takes in a second, on this machine: events, profiles, audiences, templates, triggers."""
