-- Files in the secretariat's hands: lists of members on their way in, postcards on their way out.

-- What the list says of a member, as one value: two that are equal say the same, and one that
-- differs from what was looked at has been changed since. import_lines has the same.
ALTER TABLE roll ADD COLUMN fingerprint BINARY(16) AS (UNHEX(MD5(CONCAT_WS('\t',
  family_name, given_name, family_name_kana, given_name_kana, IFNULL(registry_number, ''),
  IFNULL(TO_DAYS(birth_date), 0), postal_code, prefecture, address, email)))) VIRTUAL;

-- An uploaded list. Nothing of it is written before somebody says so; `mailer` deletes it after a
-- day.
CREATE TABLE imports (
  id            BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  -- who uploaded it and alone may go on with it; NULL: the command line
  actor_id      BIGINT UNSIGNED NULL,
  -- staged: read and compared; running: being written, in one transaction; done: written, its
  -- lines gone. `outdated` and `failed` are staged again: nothing of them was written.
  state         ENUM('staged', 'outdated', 'failed', 'running', 'done') NOT NULL,
  created_at    DATETIME NOT NULL,
  added         INT UNSIGNED NOT NULL DEFAULT 0,
  changed       INT UNSIGNED NOT NULL DEFAULT 0,
  unchanged     INT UNSIGNED NOT NULL DEFAULT 0,
  KEY created_at (created_at),
  KEY actor_id (actor_id, created_at)
);

-- How far the one that runs is: told from outside its transaction, so a row of its own.
CREATE TABLE import_progress (
  import_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
  written   INT UNSIGNED NOT NULL,
  -- the last sign of life of who writes
  alive_at  DATETIME NOT NULL,
  CONSTRAINT import_progress_of FOREIGN KEY (import_id) REFERENCES imports (id) ON DELETE CASCADE
);

-- Its lines, in normal form, beside what they will do.
CREATE TABLE import_lines (
  import_id        BIGINT UNSIGNED NOT NULL,
  -- as an editor counts them in the file
  line             INT UNSIGNED NOT NULL,
  number           VARCHAR(20) NOT NULL,
  family_name      VARCHAR(128) NOT NULL,
  given_name       VARCHAR(128) NOT NULL,
  family_name_kana VARCHAR(256) NOT NULL,
  given_name_kana  VARCHAR(256) NOT NULL,
  registry_number  CHAR(6) NULL,
  birth_date       DATE NULL,
  postal_code      VARCHAR(8) NOT NULL,
  prefecture       VARCHAR(8) NOT NULL,
  address          VARCHAR(500) NOT NULL,
  email            VARCHAR(254) NOT NULL,
  fingerprint BINARY(16) AS (UNHEX(MD5(CONCAT_WS('\t',
    family_name, given_name, family_name_kana, given_name_kana, IFNULL(registry_number, ''),
    IFNULL(TO_DAYS(birth_date), 0), postal_code, prefecture, address, email)))) VIRTUAL,
  account_id       BIGINT UNSIGNED NULL,
  -- the fingerprint of the roll when the lines were compared; NULL: nobody has the number
  was              BINARY(16) NULL,
  outcome          ENUM('added', 'changed', 'unchanged') NULL,
  PRIMARY KEY (import_id, line),
  KEY outcome (import_id, outcome, line),
  CONSTRAINT import_line FOREIGN KEY (import_id) REFERENCES imports (id) ON DELETE CASCADE
);

-- One issue of postcards. Its key is a random value that stands in the form: the same form sent
-- twice issues once, so that a reload does not void what was printed.
CREATE TABLE postcard_runs (
  id         BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  ticket     BINARY(32) NOT NULL,
  actor_id   BIGINT UNSIGNED NULL,
  -- sheet: printed from the browser; csv: a file for a printer's shop
  format     ENUM('sheet', 'csv') NOT NULL,
  started_at DATETIME NOT NULL,
  -- NULL: broken off, or not at its end yet
  ended_at   DATETIME NULL,
  issued     INT UNSIGNED NOT NULL DEFAULT 0,
  UNIQUE KEY ticket (ticket)
);

ALTER TABLE postcards ADD COLUMN run_id BIGINT UNSIGNED NULL, ADD KEY run_id (run_id);
