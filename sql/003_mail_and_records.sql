-- Mail to be sent, inquiries, the audit trail.

-- The outbox. A mail is written in the transaction that causes it; `mailer` sends it:
--
--   waiting ──claim──► sending ──handed over──► sent
--      ▲                  │ refused, or the claim ran out
--      └── next_attempt_at┘ ──after the last try──► abandoned ──mamis mail retry──► waiting
--   withheld: written for a stranger's request so that it costs the same; never sent
CREATE TABLE outbox (
  id              BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  -- the Message-ID's left part: the same mail sent again after a crash is recognised by it
  message_id      CHAR(32) NOT NULL,
  kind            VARCHAR(32) NOT NULL,
  account_id      BIGINT UNSIGNED NULL,
  recipient       VARCHAR(254) NOT NULL,
  subject         VARCHAR(200) NOT NULL,
  -- `{token}` in the body stands for the column `token`, which is erased once sent
  body            MEDIUMTEXT NOT NULL,
  token           VARCHAR(64) NULL,
  state           ENUM('waiting', 'sending', 'sent', 'abandoned', 'withheld') NOT NULL,
  attempts        INT UNSIGNED NOT NULL DEFAULT 0,
  next_attempt_at DATETIME NOT NULL,
  claimed_until   DATETIME NULL,
  -- what the mail system said last: no addresses
  last_error      VARCHAR(200) NULL,
  created_at      DATETIME NOT NULL,
  sent_at         DATETIME NULL,
  UNIQUE KEY message_id (message_id),
  KEY due (state, next_attempt_at),
  KEY account_id (account_id, created_at),
  KEY created_at (created_at),
  CONSTRAINT outbox_account FOREIGN KEY (account_id) REFERENCES accounts (id) ON DELETE SET NULL
);

CREATE TABLE inquiries (
  id             BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  account_id     BIGINT UNSIGNED NULL,
  name           VARCHAR(256) NOT NULL,
  email          VARCHAR(254) NOT NULL,
  phone          VARCHAR(16) NOT NULL DEFAULT '',
  category       ENUM('login', 'postcard', 'registration', 'other') NOT NULL,
  body           TEXT NOT NULL,
  state          ENUM('open', 'answered', 'closed') NOT NULL DEFAULT 'open',
  client_address VARCHAR(45) NOT NULL,
  created_at     DATETIME NOT NULL,
  KEY state (state, created_at),
  CONSTRAINT inquiry_account FOREIGN KEY (account_id) REFERENCES accounts (id) ON DELETE SET NULL
);

-- Who did what to whom, when, from where. Insert-only for every program (grants.sql).
-- No foreign keys: the record outlives what it tells of.
CREATE TABLE audit (
  id             BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  at             DATETIME(3) NOT NULL,
  -- NULL: a stranger, or the command line
  actor_id       BIGINT UNSIGNED NULL,
  action         VARCHAR(40) NOT NULL,
  subject_id     BIGINT UNSIGNED NULL,
  client_address VARCHAR(45) NOT NULL DEFAULT '',
  details        TEXT NOT NULL DEFAULT '',
  KEY at (at),
  KEY subject_id (subject_id, at),
  KEY actor_id (actor_id, at)
);
