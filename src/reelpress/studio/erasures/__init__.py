"""A controller asks that a customer be forgotten (OpenGDPR): her requests, media and callbacks go."""
