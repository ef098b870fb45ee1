"""The schema's history, one for both engines. `migrate` brings a database up to date; a test compares the sum with the tables."""
