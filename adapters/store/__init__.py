"""The store over any recorder: group commit, conditions of an append, caches, the memory twin."""
