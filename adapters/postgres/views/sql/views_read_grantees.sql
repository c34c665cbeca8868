-- An empty word asks for all; `trouble` for those that a person has to look at.
select * from views.grantees
where shop = $1
    and ($2 = '' or kind = $2)
    and ($3 = '' or state = $3)
    and ($4 = '' or voucher = $4 or ($4 = 'none' and voucher = ''))
    and ($5 = '' or trouble <> '')
    and ($6 = '' or list_reference = $6)
    and (listed_at, stream) > ($7, $8)
order by listed_at, stream
limit $9
