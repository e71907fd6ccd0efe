"""The risk of a synthetic table: attacks on rows that its description saw, beside the same attacks on rows it did not."""
