-- What lives between two requests: sessions, consents, tokens, drafts, failures.

-- Terms of use agreed to: which text (version and hash of its words), when, from where.
-- `terms` inserts; account_id is filled at registration when the person had none.
CREATE TABLE consents (
  id             BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  account_id     BIGINT UNSIGNED NULL,
  version        VARCHAR(32) NOT NULL,
  -- SHA-256 of the text of the terms
  text_hash      BINARY(32) NOT NULL,
  agreed_at      DATETIME NOT NULL,
  client_address VARCHAR(45) NOT NULL,
  KEY account_id (account_id, version),
  KEY agreed_at (agreed_at),
  CONSTRAINT consent_account FOREIGN KEY (account_id) REFERENCES accounts (id) ON DELETE CASCADE
);

-- The hash of a cookie, and what its bearer may do. Rows outlive their time-out by a day, so that
-- an answer can tell "signed out by time" from "never signed in".
CREATE TABLE sessions (
  token_hash     BINARY(32) NOT NULL PRIMARY KEY,
  account_id     BIGINT UNSIGNED NULL,
  -- registering: a visitor who agreed to the terms; first_login: with a postcard's credentials;
  -- consent_due: signed in, but the terms have a newer version
  stage          ENUM('registering', 'first_login', 'consent_due',
                      'member', 'doctor', 'secretariat', 'administrator') NOT NULL,
  consent_id     BIGINT UNSIGNED NULL,
  created_at     DATETIME NOT NULL,
  seen_at        DATETIME NOT NULL,
  idle_seconds   INT UNSIGNED NOT NULL,
  expires_at     DATETIME NOT NULL,
  ended_at       DATETIME NULL,
  client_address VARCHAR(45) NOT NULL,
  user_agent     VARCHAR(200) NOT NULL DEFAULT '',
  KEY account_id (account_id),
  KEY expires_at (expires_at),
  CONSTRAINT session_account FOREIGN KEY (account_id) REFERENCES accounts (id) ON DELETE CASCADE
);

-- Mailed URLs. Only the BLAKE2b hash of a token is kept. One that is used or replaced stays until
-- housekeeping, so that its page can say which.
CREATE TABLE tokens (
  id         BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  token_hash BINARY(32) NOT NULL,
  purpose    ENUM('registration', 'reset', 'email') NOT NULL,
  -- registration: the postcard's account, NULL for a doctor; reset: whose password; NULL there for
  -- an address that nobody has (the same work is done for a stranger)
  account_id BIGINT UNSIGNED NULL,
  -- the address it was sent to, as typed and folded: the token proves this address and no other
  email      VARCHAR(254) NOT NULL,
  email_key  VARCHAR(254) NOT NULL,
  consent_id BIGINT UNSIGNED NULL,
  created_at DATETIME NOT NULL,
  expires_at DATETIME NOT NULL,
  ended_at   DATETIME NULL,
  ended_by   ENUM('used', 'replaced') NULL,
  UNIQUE KEY token_hash (token_hash),
  KEY email_key (email_key, purpose),
  KEY account_id (account_id, purpose),
  KEY expires_at (expires_at),
  CONSTRAINT token_account FOREIGN KEY (account_id) REFERENCES accounts (id) ON DELETE CASCADE
);

-- A registration form that passed, between form and confirm screen. Never holds a clear password.
CREATE TABLE drafts (
  id            BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  token_id      BIGINT UNSIGNED NOT NULL,
  cookie_hash   BINARY(32) NOT NULL,
  -- the normalised fields, urlencoded; emptied at completion
  form          MEDIUMTEXT NOT NULL,
  password_hash VARCHAR(128) NOT NULL,
  created_at    DATETIME NOT NULL,
  expires_at    DATETIME NOT NULL,
  completed_at  DATETIME NULL,
  UNIQUE KEY token_id (token_id),
  UNIQUE KEY cookie_hash (cookie_hash),
  KEY expires_at (expires_at)
);

-- Failed logins in a row. The subject is a hash of the login key typed, known or not, so that
-- strangers learn nothing; the row goes with a good login, a reset, or by the secretariat.
CREATE TABLE login_failures (
  subject      BINARY(32) NOT NULL PRIMARY KEY,
  failures     INT UNSIGNED NOT NULL,
  paused_until DATETIME(3) NULL,
  updated_at   DATETIME NOT NULL,
  KEY updated_at (updated_at)
);

-- Things counted in a sliding window (mails asked for, failures of a client address).
CREATE TABLE throttle_events (
  id      BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  subject BINARY(32) NOT NULL,
  at      DATETIME(3) NOT NULL,
  KEY subject (subject, at),
  KEY at (at)
);

-- One row a subject, locked while its events are counted: two requests at once count one after
-- the other.
CREATE TABLE throttle_subjects (
  subject BINARY(32) NOT NULL PRIMARY KEY,
  at      DATETIME(3) NOT NULL,
  KEY at (at)
);
