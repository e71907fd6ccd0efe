"""Pictures of measurements: figures, PNG files and small previews. They are made from counts and never see a row."""
