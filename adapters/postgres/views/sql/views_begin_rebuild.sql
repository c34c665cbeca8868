select views.begin_rebuild($1)
