"""Two sets of books, the provider's and ours, laid side by side."""
