select views.index_rebuilt($1)
