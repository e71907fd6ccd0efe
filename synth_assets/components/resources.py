"""What assets are given besides their inputs: the data folder, the project's key, and the one source of chance."""

import hashlib
import os
from collections.abc import Generator
from contextlib import contextmanager

import dagster as dg
import numpy as np
from pydantic import Field

from synth_assets.components.run_config import refuse_out_of_range
from synth_assets.errors import StorageError, SynthAssetsError
from synth_assets.storage.folders import DataFolder
from synth_assets.storage.key import project_key
from synth_assets.storage.warehouse import Warehouse

DEFAULT_SEED = 20190401
MOST_SEED = 2**63 - 1
LOCK_TIMEOUT_VARIABLE = "SYNTH_ASSETS_LOCK_TIMEOUT_S"
DEFAULT_LOCK_TIMEOUT_S = 120.0


class Randomness(dg.ConfigurableResource):
    """Where every draw comes from; differential-privacy noise excepted, which is never seeded.

    Two assets, or two regenerations, never share a stream.
    """

    seed: int = Field(default=DEFAULT_SEED, description="The same seed and inputs give the same tables; 0 or more.")
    regeneration: int = Field(
        default=0,
        description="Which drawing of the same descriptions this is: 0 by hand, the next one per schedule tick.",
    )

    def setup_for_execution(self, context: dg.InitResourceContext) -> None:
        """Refuse numbers out of range before any step.

        Raises:
            SynthAssetsError: See ``check_seed``.
        """
        with told_in_log(context):
            check_seed(self.seed, self.regeneration)

    def rng(self, asset: str) -> np.random.Generator:
        """The asset's own stream.

        Raises:
            SynthAssetsError: The seed or the regeneration number is out of range.
        """
        check_seed(self.seed, self.regeneration)
        place = int.from_bytes(hashlib.sha256(asset.encode()).digest()[:4], "big")
        sequence = np.random.SeedSequence(self.seed, spawn_key=(place, self.regeneration))
        return np.random.Generator(np.random.PCG64(sequence))


@contextmanager
def told_in_log(context: dg.InitResourceContext) -> Generator[None]:
    """What keeps a run from starting, in its log as a sentence of its own, above Dagster's chain of errors."""
    try:
        yield
    except SynthAssetsError as error:
        if context.log is not None:
            context.log.error(str(error))  # noqa: TRY400 - the traceback follows in Dagster's own event
        raise


def check_seed(seed: int, regeneration: int = 0) -> None:
    """Refuse numbers that cannot seed a stream.

    Raises:
        SynthAssetsError: One is negative or too large.
    """
    if not 0 <= seed <= MOST_SEED:
        message = f"The seed is {seed}. Allowed: whole numbers from 0 to {MOST_SEED}."
        raise SynthAssetsError(message)
    if not 0 <= regeneration < 2**32:
        message = f"The regeneration number is {regeneration}. Allowed: whole numbers from 0 to {2**32 - 1}."
        raise SynthAssetsError(message)


class Workplace(dg.ConfigurableResource):
    """The data folder and the key, from the environment alone: nothing here can be set from a run's config."""

    def setup_for_execution(self, context: dg.InitResourceContext) -> None:
        """Refuse a run whose config is out of range, before any of its steps.

        Raises:
            SynthAssetsError: See ``refuse_out_of_range``.
        """
        if context.run is not None:
            with told_in_log(context):
                refuse_out_of_range(context.run.run_config)

    @property
    def folder(self) -> DataFolder:
        """The data folder, with its reference lists."""
        folder = DataFolder.from_environment()
        folder.prepare()
        return folder

    @property
    def key(self) -> bytes:
        """The project's key."""
        return project_key(self.folder.state)

    @property
    def warehouse(self) -> Warehouse:
        """The DuckDB file; loading definitions asks for it, so nothing is made on the disk.

        ``SYNTH_ASSETS_LOCK_TIMEOUT_S`` says for how many seconds to wait for whoever holds it.

        Raises:
            StorageError: The environment names no folder, or no number of seconds.
        """
        return Warehouse(DataFolder.from_environment().warehouse, lock_timeout_s=_lock_timeout_s())


def _lock_timeout_s() -> float:
    given = os.environ.get(LOCK_TIMEOUT_VARIABLE)
    try:
        return DEFAULT_LOCK_TIMEOUT_S if given is None else float(given)
    except ValueError as error:
        message = f"{LOCK_TIMEOUT_VARIABLE} is {given!r}. Allowed: a number of seconds, 0 or more."
        raise StorageError(message) from error
