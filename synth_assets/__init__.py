"""Synthetic tables that can be shared, with evidence.

A Dagster project that de-identifies a sensitive table, writes a protected description of it per mode, generates a
synthetic table from each description, and measures what was kept and what could leak. The core (``schema``,
``protect``, ``describe``, ``generate``, ``measure``) is plain Python and works without Dagster.
"""
