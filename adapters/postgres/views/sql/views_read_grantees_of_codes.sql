-- One that was withdrawn, and is there again, is nobody's.
select code_index, stream from views.grantees
where code_index = any($1) and code_index <> '' and voucher <> 'withdrawn'
