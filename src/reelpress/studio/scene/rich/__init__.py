"""Rich text: the HTML that Qt's text editor writes, read into paragraphs of runs.

Pure. Nothing is opened: pictures, links and style sheets of other programs are faults, not requests.
"""

from reelpress.studio.scene.rich.faults import RichFault
from reelpress.studio.scene.rich.html import (
    MAX_CHARACTERS,
    has_open_tag,
    own_rules,
    plain_text,
    read_paragraphs,
)

__all__ = ["MAX_CHARACTERS", "RichFault", "has_open_tag", "own_rules", "plain_text", "read_paragraphs"]
