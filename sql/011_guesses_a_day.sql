-- How many guesses a login key may get in 24 hours, however patient the one who guesses is.

ALTER TABLE login_failures
  -- the first failure of the 24 hours that are counted, and how many there were since
  ADD COLUMN IF NOT EXISTS day_started_at DATETIME(3) NULL,
  ADD COLUMN IF NOT EXISTS day_failures INT UNSIGNED NOT NULL DEFAULT 0;
