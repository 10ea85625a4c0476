"""How many frames services are long, each counted once however often and however deep it is used."""

from collections.abc import Mapping

from reelpress.studio.scene.model import Blank, Producer, Service, Tractor


class Lengths:
    """Lengths in frames by id. `services` may grow, as long as what was asked for stays as it is."""

    def __init__(self, services: Mapping[str, Service]) -> None:
        self._services = services
        self._known: dict[str, int] = {}

    def of(self, id_: str) -> int:
        """Frames of a service; 0 where nothing is in it."""
        if id_ not in self._known:
            self._known[id_] = self._counted(self._services[id_])
        return self._known[id_]

    def _counted(self, service: Service) -> int:
        if isinstance(service, Producer):
            return service.out - service.in_ + 1
        if isinstance(service, Tractor):
            if service.out is not None:
                return service.out - service.in_ + 1
            return max((self.of(track.producer) for track in service.tracks), default=0)
        return sum(one.length if isinstance(one, Blank) else one.out - one.in_ + 1 for one in service.items)
