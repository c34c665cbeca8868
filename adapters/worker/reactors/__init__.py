"""What the worker does because of stamps or of time; one file for each kind of work."""
