"""A shop file: strict YAML, fields of the right type, every fault with its line."""
