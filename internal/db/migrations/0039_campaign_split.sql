-- A/B tests, letters at the local time of the contact, and letters again to those who did not open. Owners: internal/campaign (campaign),
-- internal/delivery (part).
-- +goose Up
ALTER TABLE campaign ADD COLUMN split {text} NOT NULL DEFAULT 'null';     -- JSON of the A/B test; null: none
ALTER TABLE campaign ADD COLUMN split_run {text} NOT NULL DEFAULT 'null'; -- JSON: its frozen letters and what was decided
ALTER TABLE campaign ADD COLUMN local_time {text} NOT NULL DEFAULT '';    -- start_local is each contact's own; what becomes of those whose time has passed: at_once, next_day; empty: one moment for all
ALTER TABLE campaign ADD COLUMN again_of {big};                           -- the campaign whose letter goes again to those who did not open it
ALTER TABLE campaign ADD COLUMN wave {small} NOT NULL DEFAULT 0;          -- 1, 2: first, second time again
ALTER TABLE campaign ADD COLUMN again_hidden {small} NOT NULL DEFAULT 0;  -- 1: also to those whose only opening was a machine's
CREATE INDEX campaign_again ON campaign(tenant_id, again_of) WHERE again_of IS NOT NULL;
ALTER TABLE part ADD COLUMN variant {text} NOT NULL DEFAULT '';           -- of an A/B test: a, b, c, d; rest: gets what wins
ALTER TABLE part ADD COLUMN from_name {text} NOT NULL DEFAULT '';         -- instead of the sender's name
