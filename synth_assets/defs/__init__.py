"""Dagster's side: assets, checks, jobs, sensors and resources. Nothing is computed here."""
