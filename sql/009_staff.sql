-- The second factor, the office's work on inquiries, the audit trail as a page.

-- second_factor: the password was right, the code is due; enrolment: staff who must set up a second
-- factor first. Neither opens anything else.
ALTER TABLE sessions MODIFY stage
  ENUM('registering', 'first_login', 'consent_due', 'member', 'doctor', 'secretariat',
       'administrator', 'second_factor', 'enrolment') NOT NULL;

-- One-time codes by time (RFC 6238). `twofactor` writes, `code` reads.
--
-- The secret stands here as it is: checking a code takes the secret itself, so a hash is no use,
-- and a key to encrypt it would lie in a file beside the programs that read this table. What
-- protects it: a table of its own, which only the groups front and account may read; and by itself
-- it opens nothing, since the passwords are hashed. For a database on disks that others can read,
-- switch on MariaDB's own encryption at rest.
CREATE TABLE second_factors (
  account_id     BIGINT UNSIGNED NOT NULL PRIMARY KEY,
  -- 20 bytes (RFC 4226 §4, R6); NULL until the first code was right
  secret         VARBINARY(20) NULL,
  -- the step of the code accepted last: no code is accepted twice
  last_step      BIGINT UNSIGNED NOT NULL DEFAULT 0,
  confirmed_at   DATETIME NULL,
  -- shown as a QR code, and waiting for its first code
  pending_secret VARBINARY(20) NULL,
  pending_until  DATETIME NULL,
  CONSTRAINT second_factor_account FOREIGN KEY (account_id) REFERENCES accounts (id)
    ON DELETE CASCADE
);

-- Recovery codes: 80 random bits each, so an unsalted hash is enough. Each opens one login.
CREATE TABLE recovery_codes (
  account_id BIGINT UNSIGNED NOT NULL,
  code_hash  BINARY(32) NOT NULL,
  created_at DATETIME NOT NULL,
  used_at    DATETIME NULL,
  PRIMARY KEY (account_id, code_hash),
  CONSTRAINT recovery_code_account FOREIGN KEY (account_id) REFERENCES accounts (id)
    ON DELETE CASCADE
);

-- Raised by every change: a page that was opened before another clerk's change is refused.
ALTER TABLE inquiries
  ADD COLUMN version INT UNSIGNED NOT NULL DEFAULT 1,
  ADD KEY state_id (state, id);

-- What the office did with an inquiry, in its order.
CREATE TABLE inquiry_entries (
  id         BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  inquiry_id BIGINT UNSIGNED NOT NULL,
  at         DATETIME(3) NOT NULL,
  actor_id   BIGINT UNSIGNED NOT NULL,
  -- answer: sent by mail; note: for the office only; the others hold the new value
  kind       ENUM('answer', 'note', 'state', 'category') NOT NULL,
  body       TEXT NOT NULL,
  -- the answer's mail
  outbox_id  BIGINT UNSIGNED NULL,
  KEY inquiry_id (inquiry_id, id),
  CONSTRAINT entry_inquiry FOREIGN KEY (inquiry_id) REFERENCES inquiries (id) ON DELETE CASCADE
);

-- The trail is read backwards by number, whatever it is filtered by.
ALTER TABLE audit
  ADD KEY action (action, id),
  ADD KEY actor_number (actor_id, id),
  ADD KEY subject_number (subject_id, id);

-- What administrators may know of a password: whether there is one.
ALTER TABLE accounts
  ADD COLUMN has_password TINYINT(1) AS (password_hash IS NOT NULL) VIRTUAL;
