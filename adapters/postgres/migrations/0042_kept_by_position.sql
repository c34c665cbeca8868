-- The auditor walks totals and numbers by position. They lie in that order: an index of a few
-- pages is enough, and costs an append nothing to speak of.
create index seat_totals_position on ledger.seat_totals
    using brin (position) with (pages_per_range = 16, autosummarize = on);
create index numbers_position on ledger.numbers
    using brin (position) with (pages_per_range = 16, autosummarize = on);
