"""The places in a template's texts that a request fills."""

import re

SLOT = re.compile(r"\{\{\s*([A-Za-z_][A-Za-z0-9_.:-]{0,63})\s*\}\}")
