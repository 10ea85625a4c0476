"""MP4 files (ISO/IEC 14496-12) from pre-encoded H.264 and AAC: `lay_out` writes everything before the media.

Pure: only the sizes of samples go in, and the bytes of the head and the order of the media come out.
"""

from reelpress.studio.render.mp4.head import Layout, lay_out
from reelpress.studio.render.mp4.model import AUDIO, VIDEO, AudioTrack, Chunks, TrackFault, VideoTrack

__all__ = ["AUDIO", "VIDEO", "AudioTrack", "Chunks", "Layout", "TrackFault", "VideoTrack", "lay_out"]
