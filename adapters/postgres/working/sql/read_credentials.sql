select
    password_hash,
    totp_sealed,
    totp_step,
    (select count(*) from working.staff_recovery_codes where member = $1) as codes_left
from working.staff_credentials
where member = $1
