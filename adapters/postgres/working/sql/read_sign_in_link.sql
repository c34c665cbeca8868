select sealed, browser, ends_at from working.sign_in_links where code_hash = $1
