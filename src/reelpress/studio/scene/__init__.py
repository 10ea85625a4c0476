"""MLT XML -> a scene that can be drawn. Pure: resources are names, nothing is opened."""

from reelpress.studio.scene.errors import SceneFault
from reelpress.studio.scene.layers import Layer, layers
from reelpress.studio.scene.model import Scene
from reelpress.studio.scene.parse import parse_scene
from reelpress.studio.scene.timeline import timeline
from reelpress.studio.scene.write import write_scene

__all__ = ["Layer", "Scene", "SceneFault", "layers", "parse_scene", "timeline", "write_scene"]
