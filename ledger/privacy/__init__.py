"""A person's data: all that is held of somebody, why it may not go yet, and how it goes."""
