"""Every case, by what it is."""

from tests.studio.hostile import films

CASES = [*films.CASES]
