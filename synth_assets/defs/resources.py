"""What every run gets: the warehouse behind the IO manager, the workplace, the source of chance; one process a run."""

import dagster as dg

from synth_assets.components.resources import Randomness, Workplace
from synth_assets.defs.io_manager import WarehouseIOManager


@dg.definitions
def resources() -> dg.Definitions:
    """Resources and executor of the code location."""
    workplace = Workplace()
    return dg.Definitions(
        resources={
            "io_manager": WarehouseIOManager(workplace.warehouse),
            "workplace": workplace,
            "randomness": Randomness(),
        },
        executor=dg.in_process_executor,
    )
