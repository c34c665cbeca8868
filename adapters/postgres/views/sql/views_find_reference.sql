select distinct stream, attempt
from views.provider_references
where provider = $1 and reference = $2
limit 2
