"""A stand-in council: the published contracts of each back-office system, served from one SQLite file."""
