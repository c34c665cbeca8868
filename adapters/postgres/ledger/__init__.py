"""The stamps in PostgreSQL: written in groups, in dense positions, never changed."""
