-- Who can sign in, what the association's list says of them, what they registered themselves.
-- All times are UTC. Every table has a primary key and nothing relies on gapless numbers (Galera).

-- One row a person or staff member. `mamis members import` and `confirm` insert; `login` reads.
CREATE TABLE accounts (
  id             BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  -- the member number of the roll; doctors who are not members get D…, staff get S…
  number         VARCHAR(20) NOT NULL,
  kind           ENUM('member', 'doctor', 'secretariat', 'administrator') NOT NULL,
  -- as typed, and folded to lower case: login IDs are compared without regard to case.
  -- Before registration both hold the first-time ID of the newest postcard.
  login_id       VARCHAR(32) NULL,
  login_key      VARCHAR(32) NULL,
  -- Argon2id in libsodium's text form; read only where passwords are checked
  password_hash  VARCHAR(128) NULL,
  -- the first-time credentials die at this moment; NULL once registered, and for staff
  first_time_until DATETIME NULL,
  first_login_at DATETIME NULL,
  -- this login and the one before it: my page shows the latter
  last_login_at  DATETIME NULL,
  previous_login_at DATETIME NULL,
  -- NULL: not registered yet. Staff are registered from the start.
  registered_at  DATETIME NULL,
  suspended_at   DATETIME NULL,
  -- the confirmed address, as typed and folded; one account an address
  email          VARCHAR(254) NULL,
  email_key      VARCHAR(254) NULL,
  created_at     DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at     DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
  UNIQUE KEY number (number),
  UNIQUE KEY login_key (login_key),
  UNIQUE KEY email_key (email_key),
  KEY registered_at (registered_at),
  KEY first_time_until (first_time_until)
);

-- The name of a staff member, as it stands on the secretariat's pages.
CREATE TABLE staff (
  account_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
  name       VARCHAR(128) NOT NULL,
  CONSTRAINT staff_account FOREIGN KEY (account_id) REFERENCES accounts (id) ON DELETE CASCADE
);

-- The roll: what the association's own list says of a member. Import writes it, the person never.
CREATE TABLE roll (
  account_id        BIGINT UNSIGNED NOT NULL PRIMARY KEY,
  family_name       VARCHAR(128) NOT NULL,
  given_name        VARCHAR(128) NOT NULL,
  family_name_kana  VARCHAR(256) NOT NULL DEFAULT '',
  given_name_kana   VARCHAR(256) NOT NULL DEFAULT '',
  registry_number   CHAR(6) NULL,
  birth_date        DATE NULL,
  postal_code       VARCHAR(8) NOT NULL DEFAULT '',
  prefecture        VARCHAR(8) NOT NULL DEFAULT '',
  address           VARCHAR(500) NOT NULL DEFAULT '',
  email             VARCHAR(254) NOT NULL DEFAULT '',
  updated_at        DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
  KEY registry_number (registry_number),
  CONSTRAINT roll_account FOREIGN KEY (account_id) REFERENCES accounts (id) ON DELETE CASCADE
);

-- The profile: what the person registered. Columns are named as the fields of the form.
-- Lengths leave room for 4 code points a character (variation selectors, combining marks).
CREATE TABLE profiles (
  account_id              BIGINT UNSIGNED NOT NULL PRIMARY KEY,
  registry_number         CHAR(6) NOT NULL,
  registry_date           DATE NOT NULL,
  family_name_kana        VARCHAR(256) NOT NULL,
  given_name_kana         VARCHAR(256) NOT NULL,
  family_name             VARCHAR(128) NOT NULL,
  given_name              VARCHAR(128) NOT NULL,
  former_family_name_kana VARCHAR(256) NOT NULL DEFAULT '',
  former_given_name_kana  VARCHAR(256) NOT NULL DEFAULT '',
  former_family_name      VARCHAR(128) NOT NULL DEFAULT '',
  former_given_name       VARCHAR(128) NOT NULL DEFAULT '',
  postal_code             CHAR(8) NOT NULL,
  prefecture              VARCHAR(8) NOT NULL,
  address                 VARCHAR(200) NOT NULL,
  mobile_phone            VARCHAR(16) NOT NULL,
  phone                   VARCHAR(16) NOT NULL DEFAULT '',
  fax                     VARCHAR(16) NOT NULL DEFAULT '',
  birth_date              DATE NOT NULL,
  sex                     ENUM('male', 'female', 'unspecified') NOT NULL,
  main_specialty          CHAR(2) NOT NULL,
  university              VARCHAR(100) NOT NULL DEFAULT '',
  university_other        VARCHAR(120) NOT NULL DEFAULT '',
  -- year and month, with a day where one was given: 1975-04 or 1975-04-01
  graduation_date         VARCHAR(10) NOT NULL,
  graduate_school         VARCHAR(100) NOT NULL DEFAULT '',
  graduate_school_date    VARCHAR(10) NOT NULL DEFAULT '',
  graduate_department     VARCHAR(400) NOT NULL DEFAULT '',
  degree_date             VARCHAR(10) NOT NULL DEFAULT '',
  society_other           VARCHAR(80) NOT NULL DEFAULT '',
  updated_at              DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
  -- one account per registry number (screens.md §4)
  UNIQUE KEY registry_number (registry_number),
  CONSTRAINT profile_account FOREIGN KEY (account_id) REFERENCES accounts (id) ON DELETE CASCADE
);

-- The repeated fields of a profile, in the order in which they were given.
CREATE TABLE profile_specialties (
  account_id BIGINT UNSIGNED NOT NULL,
  position   TINYINT UNSIGNED NOT NULL,
  code       CHAR(2) NOT NULL,
  PRIMARY KEY (account_id, position),
  CONSTRAINT specialty_account FOREIGN KEY (account_id) REFERENCES accounts (id) ON DELETE CASCADE
);

CREATE TABLE profile_societies (
  account_id BIGINT UNSIGNED NOT NULL,
  position   TINYINT UNSIGNED NOT NULL,
  name       VARCHAR(100) NOT NULL,
  PRIMARY KEY (account_id, position),
  CONSTRAINT society_account FOREIGN KEY (account_id) REFERENCES accounts (id) ON DELETE CASCADE
);

-- One row for each issue of first-time credentials (ID・パスワード通知ハガキ): the follow-up list.
-- The credentials themselves stand in `accounts` (newest issue only) and are dead once replaced.
CREATE TABLE postcards (
  id         BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  account_id BIGINT UNSIGNED NOT NULL,
  login_id   VARCHAR(32) NOT NULL,
  issued_at  DATETIME NOT NULL,
  expires_at DATETIME NOT NULL,
  -- set when a newer one was issued
  void_at    DATETIME NULL,
  KEY account_id (account_id, issued_at),
  KEY expires_at (expires_at),
  CONSTRAINT postcard_account FOREIGN KEY (account_id) REFERENCES accounts (id) ON DELETE CASCADE
);
