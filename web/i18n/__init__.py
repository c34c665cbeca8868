"""Languages: catalogues, the form of money and dates, and the sentences of refusals."""
