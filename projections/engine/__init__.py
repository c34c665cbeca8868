"""How any projection is derived: streams are folded, and rows follow from how they stand."""
