update views.checkpoints set version = $2 where name = $1
