"""Rich text: the HTML that Qt's text editor writes, read into paragraphs of runs.

Pure. Nothing is opened: pictures, links and style sheets of other programs are faults, not requests.
"""

from reelpress.studio.scene.rich.faults import RichFault
from reelpress.studio.scene.rich.html import own_rules, plain_text, read_paragraphs

__all__ = ["RichFault", "own_rules", "plain_text", "read_paragraphs"]
