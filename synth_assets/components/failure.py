"""What a failed step says: what stands, and what to do. It changes nothing."""

import dagster as dg

from synth_assets.errors import SynthAssetsError


@dg.failure_hook(name="say_what_to_do")
def say_what_to_do(context: dg.HookContext) -> None:
    """Logs, after a failed step, what stands and what to do."""
    cause = context.op_exception
    while cause is not None and not isinstance(cause, (SynthAssetsError, dg.Failure)):
        cause = cause.__cause__
    context.log.error(advice(context.op.name, cause))


def advice(step: str, cause: BaseException | None) -> str:
    """What a person should know after a step failed.

    Args:
        step: The step.
        cause: The error of our own behind it, where there is one.
    """
    stands = f"{step} failed and wrote no table: what it made before stands, and so does what other steps made."
    if cause is None:
        return f"{stands} The error was not foreseen: read it above, mend its cause, and re-run from this step."
    said = cause.description if isinstance(cause, dg.Failure) else cause
    return f"{stands} Put right what the message says, then re-run from this step: {said}"
