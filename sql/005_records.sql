-- Records about accounts: what was changed, who signed in.

-- Raised by every change: a form that was opened before another change is refused.
ALTER TABLE profiles ADD COLUMN version INT UNSIGNED NOT NULL DEFAULT 1;

-- Why, in the secretariat's words.
ALTER TABLE accounts ADD COLUMN suspended_reason VARCHAR(400) NULL;

-- What was changed in a profile or account: one row a field. Personal data; the audit trail only
-- says that something was changed.
CREATE TABLE changes (
  id         BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  at         DATETIME(3) NOT NULL,
  account_id BIGINT UNSIGNED NOT NULL,
  -- the person, or who did it on their behalf (代理入力)
  actor_id   BIGINT UNSIGNED NULL,
  field      VARCHAR(40) NOT NULL,
  old_value  TEXT NOT NULL,
  new_value  TEXT NOT NULL,
  KEY account_id (account_id, at),
  CONSTRAINT change_account FOREIGN KEY (account_id) REFERENCES accounts (id) ON DELETE CASCADE
);

-- Good and bad tries to sign in with a known login ID: the person's sign-in history.
CREATE TABLE logins (
  id             BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  account_id     BIGINT UNSIGNED NOT NULL,
  at             DATETIME(3) NOT NULL,
  outcome        ENUM('opened', 'refused', 'second_factor_refused') NOT NULL,
  client_address VARCHAR(45) NOT NULL,
  user_agent     VARCHAR(200) NOT NULL DEFAULT '',
  KEY account_id (account_id, at),
  KEY at (at),
  CONSTRAINT login_account FOREIGN KEY (account_id) REFERENCES accounts (id) ON DELETE CASCADE
);
