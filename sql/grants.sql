-- What each group of programs may touch, and nothing else. Run it as the database's administrator
-- in the system's own database, after `mamis migrate`:
--
--   mariadb mamis < grants.sql
--
-- The users exist already, each at localhost (another host: change the file): mamis_ and the name of
-- a group below. Each program reads its group of the option file; the setting DB_GROUP names it, and
-- the last column of nginx/handlers.conf tells which group it is. `mamis` itself works as the owner
-- of the database.
--
-- Password hashes can be read by entry and account alone, which check passwords, and the audit trail
-- by admin alone; nobody can change a line of it. Tests/Data/rights.txt shows all of it as a table,
-- which a test compares: whoever changes this file changes that one.
--
-- This file only gives. What an older one gave too much is taken away by running, once no older
-- program is at work, and before this file:
--
--   REVOKE ALL PRIVILEGES, GRANT OPTION FROM mamis_front@localhost;  -- and the others

-- front: terms email forgot inquiry lookup health logout: what strangers reach. They see who has an
-- address or a login ID, and no more of an account.
GRANT SELECT (id, kind, login_key, email, email_key, registered_at, suspended_at)
  ON accounts TO mamis_front@localhost;
GRANT SELECT (account_id, registry_number, birth_date) ON profiles TO mamis_front@localhost;
GRANT INSERT ON consents TO mamis_front@localhost;
GRANT SELECT, INSERT, UPDATE (seen_at, ended_at) ON sessions TO mamis_front@localhost;
GRANT SELECT (purpose, account_id, email_key, token_hash, ended_at), INSERT,
  UPDATE (ended_at, ended_by) ON tokens TO mamis_front@localhost;
GRANT SELECT, INSERT ON throttle_events TO mamis_front@localhost;
GRANT SELECT, INSERT, UPDATE ON throttle_subjects TO mamis_front@localhost;
GRANT INSERT ON outbox TO mamis_front@localhost;
GRANT INSERT ON inquiries TO mamis_front@localhost;
GRANT INSERT ON audit TO mamis_front@localhost;
GRANT SELECT ON prefectures TO mamis_front@localhost;
GRANT SELECT ON specialties TO mamis_front@localhost;
GRANT SELECT ON universities TO mamis_front@localhost;
GRANT SELECT ON graduate_schools TO mamis_front@localhost;
GRANT SELECT ON societies TO mamis_front@localhost;
GRANT SELECT ON postal_codes TO mamis_front@localhost;
GRANT SELECT ON schema_migrations TO mamis_front@localhost;

-- entry: login code register confirm reset: the ways in. They check and set passwords, and make a
-- postcard's or a doctor's account a registered one.
GRANT SELECT (id, kind, login_id, login_key, password_hash, first_time_until, first_login_at,
    last_login_at, previous_login_at, registered_at, suspended_at, email, email_key, sort_kana),
  INSERT (number, kind, login_id, login_key, password_hash, registered_at, email, email_key),
  UPDATE (number, login_id, login_key, password_hash, first_time_until, first_login_at,
    last_login_at, previous_login_at, registered_at, email, email_key, sort_kana)
  ON accounts TO mamis_entry@localhost;
GRANT SELECT ON roll TO mamis_entry@localhost;
-- a registration may come in the place of what the secretariat had entered
GRANT SELECT, INSERT, UPDATE ON profiles TO mamis_entry@localhost;
GRANT SELECT, INSERT, DELETE ON profile_specialties TO mamis_entry@localhost;
GRANT SELECT, INSERT, DELETE ON profile_societies TO mamis_entry@localhost;
GRANT SELECT, INSERT, DELETE ON name_keys TO mamis_entry@localhost;
GRANT INSERT ON changes TO mamis_entry@localhost;
GRANT SELECT (id, account_id, version), UPDATE (account_id) ON consents TO mamis_entry@localhost;
GRANT SELECT, INSERT, UPDATE (seen_at, ended_at) ON sessions TO mamis_entry@localhost;
GRANT SELECT, UPDATE (ended_at, ended_by) ON tokens TO mamis_entry@localhost;
GRANT SELECT, INSERT, UPDATE ON drafts TO mamis_entry@localhost;
GRANT SELECT, INSERT, UPDATE, DELETE ON login_failures TO mamis_entry@localhost;
GRANT SELECT, INSERT ON throttle_events TO mamis_entry@localhost;
GRANT SELECT, UPDATE (last_step) ON second_factors TO mamis_entry@localhost;
GRANT SELECT, UPDATE (used_at) ON recovery_codes TO mamis_entry@localhost;
GRANT INSERT ON logins TO mamis_entry@localhost;
GRANT INSERT ON outbox TO mamis_entry@localhost;
GRANT INSERT ON audit TO mamis_entry@localhost;
GRANT SELECT ON prefectures TO mamis_entry@localhost;
GRANT SELECT ON specialties TO mamis_entry@localhost;
GRANT SELECT ON universities TO mamis_entry@localhost;
GRANT SELECT ON graduate_schools TO mamis_entry@localhost;
GRANT SELECT ON societies TO mamis_entry@localhost;
GRANT SELECT ON schema_migrations TO mamis_entry@localhost;

-- member: mypage profile sessions. They show and change what is registered; they see no password
-- hash, and change neither address nor password.
GRANT SELECT (id, kind, login_id, email, registered_at, suspended_at, previous_login_at)
  ON accounts TO mamis_member@localhost;
GRANT SELECT, UPDATE (seen_at, ended_at) ON sessions TO mamis_member@localhost;
GRANT SELECT (account_id, registry_number, birth_date, family_name, given_name,
  family_name_kana, given_name_kana) ON roll TO mamis_member@localhost;
GRANT SELECT, UPDATE ON profiles TO mamis_member@localhost;
GRANT SELECT, INSERT, DELETE ON profile_specialties TO mamis_member@localhost;
GRANT SELECT, INSERT, DELETE ON profile_societies TO mamis_member@localhost;
GRANT SELECT (id, account_id, version, agreed_at) ON consents TO mamis_member@localhost;
GRANT SELECT ON logins TO mamis_member@localhost;
GRANT INSERT ON changes TO mamis_member@localhost;
GRANT INSERT ON outbox TO mamis_member@localhost;
GRANT INSERT ON audit TO mamis_member@localhost;
GRANT SELECT ON specialties TO mamis_member@localhost;
GRANT SELECT ON universities TO mamis_member@localhost;
GRANT SELECT ON graduate_schools TO mamis_member@localhost;
GRANT SELECT ON societies TO mamis_member@localhost;
GRANT SELECT ON schema_migrations TO mamis_member@localhost;
-- the search keys of who changes their name
GRANT UPDATE (sort_kana) ON accounts TO mamis_member@localhost;
GRANT SELECT, INSERT, DELETE ON name_keys TO mamis_member@localhost;

-- account: password address twofactor. They check passwords, so they read the hash; they change that and the
-- address, and no more of an account.
GRANT SELECT (id, kind, login_id, login_key, password_hash, email, email_key, registered_at,
  suspended_at), UPDATE (password_hash, email, email_key) ON accounts TO mamis_account@localhost;
GRANT SELECT, INSERT, UPDATE (seen_at, ended_at) ON sessions TO mamis_account@localhost;
GRANT SELECT, INSERT, UPDATE (ended_at, ended_by) ON tokens TO mamis_account@localhost;
GRANT SELECT, INSERT, UPDATE, DELETE ON login_failures TO mamis_account@localhost;
GRANT SELECT, INSERT ON throttle_events TO mamis_account@localhost;
GRANT SELECT, INSERT, UPDATE ON throttle_subjects TO mamis_account@localhost;
GRANT SELECT ON profiles TO mamis_account@localhost;
GRANT SELECT ON profile_specialties TO mamis_account@localhost;
GRANT SELECT ON profile_societies TO mamis_account@localhost;
GRANT INSERT ON changes TO mamis_account@localhost;
-- twofactor
GRANT SELECT ON staff TO mamis_account@localhost;
GRANT SELECT (previous_login_at) ON accounts TO mamis_account@localhost;
GRANT SELECT, INSERT, UPDATE, DELETE ON second_factors TO mamis_account@localhost;
GRANT SELECT, INSERT, UPDATE, DELETE ON recovery_codes TO mamis_account@localhost;
GRANT INSERT ON outbox TO mamis_account@localhost;
GRANT INSERT ON audit TO mamis_account@localhost;
GRANT SELECT ON schema_migrations TO mamis_account@localhost;

-- office: secretariat members exports inquiries. They read the members' records, without password
-- hashes, mails' texts and tokens, and change none of them.
GRANT SELECT (id, number, kind, login_id, login_key, first_time_until, registered_at, suspended_at,
  email, email_key, status, sort_kana, sort_registered) ON accounts TO mamis_office@localhost;
GRANT SELECT, UPDATE (seen_at, ended_at) ON sessions TO mamis_office@localhost;
GRANT SELECT ON roll TO mamis_office@localhost;
GRANT SELECT ON profiles TO mamis_office@localhost;
GRANT SELECT ON name_keys TO mamis_office@localhost;
GRANT SELECT (account_id) ON consents TO mamis_office@localhost;
GRANT SELECT (id, account_id) ON tokens TO mamis_office@localhost;
GRANT SELECT (token_id) ON drafts TO mamis_office@localhost;
GRANT SELECT (account_id, at, outcome) ON logins TO mamis_office@localhost;
GRANT SELECT (subject, paused_until) ON login_failures TO mamis_office@localhost;
GRANT SELECT ON staff TO mamis_office@localhost;
GRANT SELECT (id, state), INSERT ON outbox TO mamis_office@localhost;
-- what the person wrote never changes
GRANT SELECT, UPDATE (state, category, version) ON inquiries TO mamis_office@localhost;
GRANT SELECT, INSERT ON inquiry_entries TO mamis_office@localhost;
GRANT SELECT, INSERT, UPDATE ON office_figures TO mamis_office@localhost;
GRANT INSERT ON audit TO mamis_office@localhost;
GRANT SELECT ON schema_migrations TO mamis_office@localhost;

-- records: member imports postcards: the secretariat's work on the records. They write new
-- first-time credentials, whose hash they cannot read again. A member's account goes only when it
-- is merged with a doctor's.
GRANT SELECT (id, number, kind, login_id, login_key, first_time_until, first_login_at,
  last_login_at, registered_at, suspended_at, suspended_reason, email, email_key, created_at,
  status, sort_kana, sort_registered)
  ON accounts TO mamis_records@localhost;
GRANT UPDATE (number, kind, login_id, login_key, password_hash, first_time_until, first_login_at,
  suspended_at, suspended_reason, sort_kana) ON accounts TO mamis_records@localhost;
GRANT DELETE ON accounts TO mamis_records@localhost;
GRANT SELECT, UPDATE (seen_at, ended_at) ON sessions TO mamis_records@localhost;
GRANT SELECT, UPDATE (account_id) ON roll TO mamis_records@localhost;
GRANT SELECT, INSERT, UPDATE ON profiles TO mamis_records@localhost;
GRANT SELECT, INSERT, DELETE ON profile_specialties TO mamis_records@localhost;
GRANT SELECT, INSERT, DELETE ON profile_societies TO mamis_records@localhost;
GRANT SELECT, INSERT, DELETE ON name_keys TO mamis_records@localhost;
GRANT SELECT, INSERT, UPDATE (account_id, void_at) ON postcards TO mamis_records@localhost;
GRANT SELECT, UPDATE (account_id) ON consents TO mamis_records@localhost;
GRANT SELECT, INSERT, UPDATE (account_id) ON changes TO mamis_records@localhost;
GRANT SELECT, UPDATE (account_id) ON logins TO mamis_records@localhost;
GRANT SELECT (id, purpose, account_id, email, email_key, consent_id, created_at, expires_at,
  ended_at, ended_by), INSERT, UPDATE (ended_at, ended_by) ON tokens TO mamis_records@localhost;
GRANT SELECT (id, token_id) ON drafts TO mamis_records@localhost;
GRANT SELECT, DELETE ON login_failures TO mamis_records@localhost;
GRANT SELECT ON staff TO mamis_records@localhost;
GRANT SELECT (id, kind, account_id, recipient, subject, state, last_error, created_at, sent_at),
  INSERT, UPDATE (account_id, message_id, state, attempts, next_attempt_at, sent_at)
  ON outbox TO mamis_records@localhost;
GRANT SELECT (id, account_id, state), UPDATE (account_id) ON inquiries TO mamis_records@localhost;
GRANT INSERT ON audit TO mamis_records@localhost;
GRANT SELECT ON prefectures TO mamis_records@localhost;
GRANT SELECT ON specialties TO mamis_records@localhost;
GRANT SELECT ON universities TO mamis_records@localhost;
GRANT SELECT ON graduate_schools TO mamis_records@localhost;
GRANT SELECT ON societies TO mamis_records@localhost;
GRANT SELECT ON postal_codes TO mamis_records@localhost;
GRANT SELECT ON schema_migrations TO mamis_records@localhost;
-- imports postcards
GRANT INSERT (number, kind) ON accounts TO mamis_records@localhost;
GRANT INSERT, UPDATE ON roll TO mamis_records@localhost;
GRANT SELECT, INSERT, UPDATE ON imports TO mamis_records@localhost;
GRANT SELECT, INSERT, UPDATE ON import_progress TO mamis_records@localhost;
GRANT SELECT, INSERT, UPDATE, DELETE ON import_lines TO mamis_records@localhost;
GRANT SELECT, INSERT, UPDATE ON postcard_runs TO mamis_records@localhost;

-- admin: audit staff. Apart from office, whose programs cannot read the trail. It sees no password hash, no secret of a second factor, no mail's text.
GRANT SELECT (id, number, kind, login_id, login_key, email, has_password, last_login_at,
    suspended_at),
  INSERT (number, kind, login_id, login_key, email, email_key, registered_at),
  UPDATE (number, kind, suspended_at)
  ON accounts TO mamis_admin@localhost;
GRANT SELECT, INSERT ON staff TO mamis_admin@localhost;
GRANT SELECT (account_id, confirmed_at), DELETE ON second_factors TO mamis_admin@localhost;
GRANT SELECT (account_id), DELETE ON recovery_codes TO mamis_admin@localhost;
GRANT SELECT, UPDATE (seen_at, ended_at) ON sessions TO mamis_admin@localhost;
GRANT SELECT (token_hash, purpose, account_id, email_key, ended_at), INSERT,
  UPDATE (ended_at, ended_by) ON tokens TO mamis_admin@localhost;
GRANT SELECT (subject), DELETE ON login_failures TO mamis_admin@localhost;
GRANT INSERT ON outbox TO mamis_admin@localhost;
GRANT SELECT, INSERT ON audit TO mamis_admin@localhost;
GRANT SELECT ON schema_migrations TO mamis_admin@localhost;

-- mailer: the outbox, and housekeeping, which sees what is old and whose key that is.
GRANT SELECT, UPDATE, DELETE ON outbox TO mamis_mailer@localhost;
GRANT SELECT (id, expires_at), DELETE ON drafts TO mamis_mailer@localhost;
GRANT SELECT (id, expires_at), DELETE ON tokens TO mamis_mailer@localhost;
GRANT SELECT (token_hash, expires_at), DELETE ON sessions TO mamis_mailer@localhost;
GRANT SELECT (id, account_id, agreed_at), DELETE ON consents TO mamis_mailer@localhost;
GRANT SELECT (id, at), DELETE ON logins TO mamis_mailer@localhost;
GRANT SELECT, DELETE ON login_failures TO mamis_mailer@localhost;
GRANT SELECT, DELETE ON throttle_events TO mamis_mailer@localhost;
GRANT SELECT, DELETE ON throttle_subjects TO mamis_mailer@localhost;
GRANT SELECT (id, created_at), DELETE ON imports TO mamis_mailer@localhost;
GRANT SELECT ON schema_migrations TO mamis_mailer@localhost;

-- monitor: metrics. It counts, and reads nothing that is anybody's.
GRANT SELECT (id, status, registered_at) ON accounts TO mamis_monitor@localhost;
GRANT SELECT (expires_at) ON postcards TO mamis_monitor@localhost;
GRANT SELECT (account_id, agreed_at) ON consents TO mamis_monitor@localhost;
GRANT SELECT (id, account_id) ON tokens TO mamis_monitor@localhost;
GRANT SELECT (token_id, created_at, expires_at) ON drafts TO mamis_monitor@localhost;
GRANT SELECT (stage, seen_at, idle_seconds, expires_at, ended_at)
  ON sessions TO mamis_monitor@localhost;
GRANT SELECT (id, state, created_at) ON outbox TO mamis_monitor@localhost;
GRANT SELECT (paused_until) ON login_failures TO mamis_monitor@localhost;
GRANT SELECT, INSERT, UPDATE ON office_figures TO mamis_monitor@localhost;
GRANT SELECT ON schema_migrations TO mamis_monitor@localhost;
