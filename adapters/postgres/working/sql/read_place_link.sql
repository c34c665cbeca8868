select sealed from working.place_links where code_hash = $1
