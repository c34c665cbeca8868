"""The back office: pages for the people who run the shops."""
