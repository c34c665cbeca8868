-- An order's words are replaced when its person changes, and gone in the commit that erases them.
delete from views.order_words where stream = any($1::uuid[])
