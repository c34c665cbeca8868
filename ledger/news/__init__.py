"""Who wants no news of a shop, and which of its letters to buyers an address has had."""
