"""How the product is put together: settings, parts, providers, reactors, the server."""
