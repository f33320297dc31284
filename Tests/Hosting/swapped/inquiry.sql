-- The database user of inquiry.php: what it touches, and nothing else.
GRANT INSERT ON inquiries TO mamis_inquiry_php@localhost;
GRANT INSERT ON outbox TO mamis_inquiry_php@localhost;
GRANT SELECT, INSERT ON throttle_events TO mamis_inquiry_php@localhost;
GRANT SELECT, INSERT, UPDATE ON throttle_subjects TO mamis_inquiry_php@localhost;
GRANT SELECT (token_hash, account_id, ended_at, expires_at, seen_at, idle_seconds)
  ON sessions TO mamis_inquiry_php@localhost;
GRANT SELECT (id, suspended_at) ON accounts TO mamis_inquiry_php@localhost;
