"""What stands between a resident's words and everything else. Pure functions: no network, no database, no state."""
