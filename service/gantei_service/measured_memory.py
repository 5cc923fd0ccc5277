"""What the service holds without any request, measured, and the plan that follows from it."""

from gantei.system.memory_limit import held_in_group, memory_held, memory_limit

from .batching import Batching
from .memory_plan import MemoryPlan, memory_plan
from .settings import Settings


def planned(settings: Settings, batching: Batching | None = None) -> MemoryPlan:
    """Plan with the memory that is left now.

    Args:
        settings: whose `memory` holds, where it says one.
        batching: whose inputs wait beside the photographs.

    Raises:
        SettingError: as `memory_plan`.
    """
    limit = memory_limit(settings.memory)
    held = memory_held()
    if limit.of == "control group":
        held = max(held, held_in_group())  # what starts or watches this process counts too
    if batching:
        held += batching.most_bytes
    return memory_plan(limit, held, settings.workers)
