"""Every case, by what it is."""

from tests.studio.hostile import documents, films, pictures, streams, zips

CASES = [*films.CASES, *streams.CASES, *pictures.CASES, *zips.CASES, *documents.CASES]
