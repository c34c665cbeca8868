-- Not truncated: readers see the former words until the new ones are committed.
delete from views.order_words
