"""What every run gets: the warehouse behind the IO manager, the workplace, the source of chance; one process a run."""

import dagster as dg

from synth_assets.components.resources import Randomness, Workplace
from synth_assets.defs.io_manager import build_io_manager


@dg.definitions
def resources() -> dg.Definitions:
    """Resources and executor of the code location."""
    return dg.Definitions(
        resources={"io_manager": build_io_manager(), "workplace": Workplace(), "randomness": Randomness()},
        executor=dg.in_process_executor,
    )
