"""The page of those who let people in: by camera, by scanner, by hand; with or without a net."""
