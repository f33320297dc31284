-- Which programs the tables serve, so that those of two releases can work side by side (README.md).
-- Every program reads it when it connects.

ALTER TABLE schema_migrations
  -- the oldest programs (by the number of their newest migration) that still work after this one
  ADD COLUMN IF NOT EXISTS serves_from INT UNSIGNED NOT NULL DEFAULT 0;
