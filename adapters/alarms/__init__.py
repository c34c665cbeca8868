"""How operators are told that a person is needed: by mail or by a webhook."""
