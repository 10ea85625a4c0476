"""Text written over a clip becomes a clear clip above it, so that the film below need not be drawn again."""

import msgspec

from reelpress.studio.scene.ops import Clip, ColourSource, Effect, Gain, Group, Node, Ramp, Write

_CLEAR = ColourSource((0, 0, 0, 0))


def lifted(node: Node) -> Node:
    """The same pictures and sound. Only text that comes after all other changes of its clip can be lifted."""
    if isinstance(node, Group):
        node = msgspec.structs.replace(node, children=tuple(lifted(child) for child in node.children))
    drawn = [effect for effect in node.effects if not isinstance(effect, Gain | Ramp)]
    at = next((index for index, effect in enumerate(drawn) if isinstance(effect, Write)), len(drawn))
    if at == len(drawn) or not all(isinstance(effect, Write) for effect in drawn[at:]) or _is_clear(node, at):
        return node
    below = _inside(node, tuple(effect for effect in node.effects if not isinstance(effect, Write)))
    picture = not isinstance(node, Clip) or node.picture
    above = Clip(0, node.frames, node.offset, _CLEAR, tuple(drawn[at:]), picture=picture, sound=False)
    return Group(node.start, node.frames, 0, (below, above))


def _is_clear(node: Node, before: int) -> bool:
    """Nothing lies below the text anyway."""
    return isinstance(node, Clip) and node.source == _CLEAR and before == 0


def _inside(node: Node, effects: tuple[Effect, ...]) -> Node:
    return msgspec.structs.replace(node, start=0, effects=effects)
