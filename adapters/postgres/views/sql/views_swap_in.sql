select views.swap_in($1)
