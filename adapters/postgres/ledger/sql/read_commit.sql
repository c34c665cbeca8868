-- Whether a commit of unknown outcome stands.
select root from ledger.commits where first_position = $1
