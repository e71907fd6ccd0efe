"""The warehouse, its snapshot, the project's key, fingerprints and the data folder. It knows no asset."""
