"""The one error family. A message names the thing, the value, what is allowed and what to do."""


class SynthAssetsError(Exception):
    """Anything that a person can put right: bad input, a bad file, a locked warehouse.

    The message is a complete sentence for that person. It never holds a value of a sensitive table.
    """


class SchemaError(SynthAssetsError):
    """A schema that contradicts itself, or a table that does not fit its schema."""


class SourceError(SynthAssetsError):
    """A source file or download that cannot be used."""


class ProtectionError(SynthAssetsError):
    """A de-identification or anonymity step that cannot be carried out."""


class DescriptionError(SynthAssetsError):
    """A description that cannot be made, or a description document that cannot be read."""


class GenerationError(SynthAssetsError):
    """A synthetic table that cannot be generated as asked."""


class MeasurementError(SynthAssetsError):
    """Two tables that cannot be compared."""


class StorageError(SynthAssetsError):
    """A warehouse that cannot be read or written."""


class LedgerError(SynthAssetsError):
    """A privacy ledger that cannot be used, is not whole, or does not allow what is asked."""


class BudgetError(LedgerError):
    """A privacy budget that does not bear what is asked."""


class ReleaseError(SynthAssetsError):
    """A release that cannot be written or withdrawn as asked."""
