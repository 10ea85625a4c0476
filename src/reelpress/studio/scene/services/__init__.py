"""Every MLT service that is drawn, one file each. `catalogue` finds one by its MLT name."""

from reelpress.studio.scene.services.affine import Affine
from reelpress.studio.scene.services.avformat import Avformat
from reelpress.studio.scene.services.base import FilterService, ProducerService, TransitionService
from reelpress.studio.scene.services.box_blur import BoxBlur
from reelpress.studio.scene.services.brightness import Brightness
from reelpress.studio.scene.services.cairoblend import Cairoblend
from reelpress.studio.scene.services.colour import Colour
from reelpress.studio.scene.services.composite import Composite
from reelpress.studio.scene.services.crop import CropSource
from reelpress.studio.scene.services.dynamictext import Dynamictext
from reelpress.studio.scene.services.kdenlivetitle import Kdenlivetitle
from reelpress.studio.scene.services.luma import Luma
from reelpress.studio.scene.services.mix import Mix
from reelpress.studio.scene.services.pango import Pango
from reelpress.studio.scene.services.qimage import Qimage
from reelpress.studio.scene.services.qtblend import QtblendFilter, QtblendTransition
from reelpress.studio.scene.services.qtcrop import Qtcrop
from reelpress.studio.scene.services.qtext import Qtext
from reelpress.studio.scene.services.qtext_filter import QtextFilter
from reelpress.studio.scene.services.volume import Volume

_PRODUCERS: tuple[ProducerService, ...] = (
    Avformat(),
    Colour(),
    Kdenlivetitle(),
    Pango(),
    Qimage(),
    Qtext(),
)
_FILTERS: tuple[FilterService, ...] = (
    Affine(),
    BoxBlur(),
    Brightness(),
    CropSource(),
    Dynamictext(),
    QtblendFilter(),
    Qtcrop(),
    QtextFilter(),
    Volume(),
)
_TRANSITIONS: tuple[TransitionService, ...] = (Cairoblend(), Composite(), Luma(), Mix(), QtblendTransition())

PRODUCERS = {name: service for service in _PRODUCERS for name in service.names}
FILTERS = {name: service for service in _FILTERS for name in service.names}
TRANSITIONS = {name: service for service in _TRANSITIONS for name in service.names}

__all__ = ["FILTERS", "PRODUCERS", "TRANSITIONS"]
