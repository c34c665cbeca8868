insert into working.webhook_endpoints
    (id, shop, sealed, kinds, personal, made_at, made_by, position)
values ($1, $2, $3, $4, $5, $6, $7, $8)
