select distinct shop from views.waiting_list where state in ('waiting', 'held')
