"""Which attributes can name a customer."""

import re

STANDARD = ("u_em", "u_mb")
"""Always active, in the order they are asked."""
MOST = 5
KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}", re.ASCII)
"""The key stands in the text of queries, since an index on an expression is found by its text."""
