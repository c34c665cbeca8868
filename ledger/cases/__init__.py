"""Cases: money and news that no rule could place, each waiting for one decision of a person."""
