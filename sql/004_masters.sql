-- Master lists, filled by `mamis masters import` from sql/masters. The short ones are held in
-- memory by the handlers that need them; postal codes are found by key.

CREATE TABLE prefectures (
  code CHAR(2) NOT NULL PRIMARY KEY,
  name VARCHAR(8) NOT NULL,
  kana VARCHAR(16) NOT NULL
);

CREATE TABLE specialties (
  code    CHAR(2) NOT NULL PRIMARY KEY,
  name    VARCHAR(60) NOT NULL,
  kana    VARCHAR(100) NOT NULL,
  -- other names, separated by ;
  aliases VARCHAR(200) NOT NULL
);

CREATE TABLE universities (
  code         CHAR(3) NOT NULL PRIMARY KEY,
  name         VARCHAR(100) NOT NULL,
  kana         VARCHAR(100) NOT NULL,
  former_names VARCHAR(500) NOT NULL
);

CREATE TABLE graduate_schools (
  code CHAR(3) NOT NULL PRIMARY KEY,
  name VARCHAR(100) NOT NULL,
  kana VARCHAR(100) NOT NULL
);

CREATE TABLE societies (
  number       SMALLINT UNSIGNED NOT NULL PRIMARY KEY,
  name         VARCHAR(100) NOT NULL,
  kana         VARCHAR(100) NOT NULL,
  former_names VARCHAR(500) NOT NULL
);

CREATE TABLE postal_codes (
  -- 7 digits, and the place's position among those that share the code
  code       CHAR(7) NOT NULL,
  position   SMALLINT UNSIGNED NOT NULL,
  prefecture VARCHAR(8) NOT NULL,
  city       VARCHAR(60) NOT NULL,
  town       VARCHAR(100) NOT NULL,
  PRIMARY KEY (code, position)
);
