-- The secretariat's list of members: found by any name, paged in any order, at a million accounts.

-- Where an account stands, told by its own columns, so that it is never out of date.
-- sort_kana is written by the programs (Directory.swift): the reading, in the order of a Japanese
-- directory.
ALTER TABLE accounts
  ADD COLUMN status ENUM('staff', 'unissued', 'issued', 'started', 'registered', 'doctor',
    'suspended') AS (
      CASE
        WHEN kind IN ('secretariat', 'administrator') THEN 'staff'
        WHEN suspended_at IS NOT NULL THEN 'suspended'
        WHEN registered_at IS NOT NULL AND kind = 'doctor' THEN 'doctor'
        WHEN registered_at IS NOT NULL THEN 'registered'
        WHEN login_key IS NULL THEN 'unissued'
        WHEN first_login_at IS NULL THEN 'issued'
        ELSE 'started'
      END) PERSISTENT,
  ADD COLUMN sort_registered DATETIME
    AS (COALESCE(registered_at, TIMESTAMP'1970-01-01 00:00:00')) PERSISTENT,
  ADD COLUMN sort_kana VARCHAR(100) NOT NULL DEFAULT '',
  ADD KEY by_kana (sort_kana, id),
  ADD KEY by_registered (sort_registered, id),
  ADD KEY by_status_kana (status, sort_kana, id),
  ADD KEY by_status_number (status, number),
  ADD KEY by_status_registered (status, sort_registered, id),
  DROP KEY first_time_until,
  ADD KEY by_validity (first_time_until, status);

-- Under which texts an account is found: names and readings, former ones among them, folded so
-- that spellings do not matter (SearchFolding). Searched by prefix.
CREATE TABLE name_keys (
  name_key   VARCHAR(64) NOT NULL,
  account_id BIGINT UNSIGNED NOT NULL,
  PRIMARY KEY (name_key, account_id),
  KEY account_id (account_id),
  CONSTRAINT name_key_account FOREIGN KEY (account_id) REFERENCES accounts (id) ON DELETE CASCADE
);

-- The address on the association's list, as it is searched.
ALTER TABLE roll
  ADD COLUMN email_key VARCHAR(254) AS (LOWER(email)) PERSISTENT,
  ADD KEY email_key (email_key);

-- Figures of 事務局TOP that take long to count, and how long they took: kept for a hundred times
-- as long, so that counting never takes more than a hundredth of the time.
CREATE TABLE office_figures (
  name        VARCHAR(40) NOT NULL PRIMARY KEY,
  figures     TEXT NOT NULL,
  computed_at DATETIME(3) NOT NULL,
  cost_ms     INT UNSIGNED NOT NULL
);
