"""The Merkle tree over all stamps: what a leaf is, and how its place in the tree is proven."""
