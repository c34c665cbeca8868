"""The auditor: small checks over stored rows that return findings and never stop at the first."""
