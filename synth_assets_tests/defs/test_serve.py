"""What does not end by itself is killed, and nobody goes on before it is gone."""

import os
import subprocess
import sys
import threading

import pytest

from synth_assets.defs import serve

STUBBORN = "import signal, time; signal.signal(signal.SIGINT, signal.SIG_IGN); print(1, flush=True); time.sleep(600)"


def test_a_process_that_heeds_no_interrupt_is_gone_when_the_group_has_ended(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(serve, "PATIENCE_S", 0.3)
    with subprocess.Popen([sys.executable, "-c", STUBBORN], stdout=subprocess.PIPE, process_group=0) as process:
        assert process.stdout is not None
        process.stdout.readline()
        threading.Thread(target=process.wait, daemon=True).start()  # as whoever started it would
        serve._signal(process.pid, serve.signal.SIGINT)
        serve._end(process.pid)

        with pytest.raises(ProcessLookupError):
            os.killpg(process.pid, 0)
