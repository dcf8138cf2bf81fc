"""An unruly call centre around the real distributor: `world` is what is true, `checks` what must hold, `moves` chance."""

from unruly.moves import QUEUES, STAFF, Walk, falls_quiet, world
from unruly.state import state_of
from unruly.world import APPROVED, Kept, Leg, Opened, Person, Published, Stay, World

__all__ = [
    "APPROVED", "QUEUES", "STAFF", "Kept", "Leg", "Opened", "Person", "Published", "Stay", "Walk", "World", "falls_quiet",
    "state_of", "world",
]
