"""Work that takes its process down, for rows whose values say so. Importable by render processes."""

import os

from reelpress.cli.work import Work, make


def make_or_die(work: Work) -> int:
    if any("poison" in entry.text for entry in work.order.resolved.texts):
        os._exit(9)
    return make(work)
