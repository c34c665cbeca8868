"""Reports: figures that add up, as of any position, each with the orders and stamps behind it."""
