"""People who run the shops: who they are and what they may."""
