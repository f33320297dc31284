-- The database user of terms.py: what it touches, and nothing else.
GRANT INSERT ON consents TO mamis_terms_py@localhost;
GRANT SELECT (token_hash, account_id, stage, ended_at, expires_at, seen_at, idle_seconds),
  INSERT, UPDATE (ended_at) ON sessions TO mamis_terms_py@localhost;
GRANT SELECT (id, kind, suspended_at) ON accounts TO mamis_terms_py@localhost;
