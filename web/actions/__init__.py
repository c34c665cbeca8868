"""What people do, once each: pages, API and commands all act through these."""
