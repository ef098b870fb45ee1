"""Pages for people. Their files lie in static/, where vendor/ holds what others made, locked by vendor/LOCK."""
