-- The directory as it is imported, and what each import did.

ALTER TABLE people ADD COLUMN direction TEXT;
