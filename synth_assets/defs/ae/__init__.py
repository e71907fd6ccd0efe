"""The worked example: London postcodes, mock A&E admissions, and ``defs.yaml``, which declares the dataset."""
