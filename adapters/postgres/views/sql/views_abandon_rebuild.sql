select views.abandon_rebuild()
