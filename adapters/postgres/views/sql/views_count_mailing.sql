select state, count(*) from views.mailing_letters where mailing = $1 group by state
