"""Where tables come from: the postcode directory, the reference lists and the mock A&E admissions."""
