"""Custom segments: named audiences, described by filters or listed in a file."""
