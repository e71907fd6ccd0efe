"""Many processes at one ledger, and processes that are killed: never overspent, never below what was released."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from synth_assets.ledger import Ledger

KEY = b"a key for tests, of at least 32 characters"
ROUNDS = int(os.environ.get("SYNTH_ASSETS_LEDGER_ROUNDS", "20"))
"""In full: 200 races, 100 kills."""

COMMON = f"""
import multiprocessing, os, sys, time
from dataclasses import replace
from pathlib import Path
from synth_assets.errors import BudgetError
from synth_assets.ledger import Ledger, SpendRequest
from synth_assets.ledger.accounting import epsilon_of, spend_of

KEY = {KEY!r}
BUDGET = spend_of(1.0, 1e-9)
REQUEST = SpendRequest(
    dataset="visits", mode="correlated", mechanism="gauss", data_version="v", parameters="p", epsilon=0.1, delta=1e-9,
    units=BUDGET // 5, budget_epsilon=1.0, budget_delta=1e-9,
)
"""
RACE = (
    COMMON
    + """
folder, rounds, racers = Path(sys.argv[1]), int(sys.argv[2]), 16
fork = multiprocessing.get_context("fork")
barrier, won = fork.Barrier(racers + 1), fork.Value("i", 0)
epsilon_of(BUDGET - BUDGET // 5 * 4, 1e-9)

def race():
    for number in range(rounds):
        barrier.wait()
        try:
            Ledger(folder / f"{number}.sqlite", KEY).spend(REQUEST)
        except BudgetError:
            pass
        else:
            with won.get_lock():
                won.value += 1
        barrier.wait()

workers = [fork.Process(target=race) for _ in range(racers)]
for worker in workers:
    worker.start()
for number in range(rounds):
    ledger = Ledger(folder / f"{number}.sqlite", KEY)
    for _ in range(4):
        ledger.spend(REQUEST)
    won.value = 0
    barrier.wait()
    barrier.wait()
    print(won.value, len(ledger.verify()), ledger.entries()[-1].cumulative_units <= BUDGET, flush=True)
for worker in workers:
    worker.join()
"""
)
RELEASE = (
    COMMON
    + """
ledger = Ledger(Path(sys.argv[1]), KEY)
small = replace(REQUEST, units=BUDGET // 100_000)
released = os.open(sys.argv[2], os.O_CREAT | os.O_WRONLY | os.O_APPEND)
print("ready", flush=True)
while True:
    entry = ledger.spend(small)
    os.write(released, f"{entry.cumulative_units}\\n".encode())
"""
)


def start(script: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", script, *arguments], stdout=subprocess.PIPE, text=True)


def test_sixteen_processes_race_for_the_last_unit_and_one_gets_it(tmp_path: Path):
    with start(RACE, str(tmp_path), str(ROUNDS)) as process:
        out, _ = process.communicate(timeout=550)

    assert process.returncode == 0
    assert out.splitlines() == ["1 0 True"] * ROUNDS


@pytest.mark.parametrize("seed", [1])
def test_a_process_that_is_killed_leaves_a_whole_ledger_that_covers_what_was_released(tmp_path: Path, seed: int):
    path, released = tmp_path / "ledger.sqlite", tmp_path / "released"
    told: list[str] = []
    wait = random.Random(seed)  # noqa: S311 - when to kill, no secret
    for _ in range(max(ROUNDS // 2, 1)):
        with start(RELEASE, str(path), str(released)) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            time.sleep(wait.uniform(0.0, 0.3))
            process.send_signal(signal.SIGKILL)
        ledger = Ledger(path, KEY)
        entries, told = ledger.entries(), released.read_text().split()
        assert ledger.verify() == []
        assert (entries[-1].cumulative_units if entries else 0) >= int(told[-1] if told else 0)
    assert len(told) > ROUNDS
