"""People who wait in line for what sold out: their places, and the seats held for who is next."""
