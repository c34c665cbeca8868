select stream from views.unpaid where due_at <= $1 order by due_at limit $2
