"""The privacy budget."""
