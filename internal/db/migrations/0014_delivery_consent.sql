-- The topic of a mailing, and the consent that allowed each message: the guard's answer at the moment of sending.
-- Owner: internal/delivery; campaign.topic_id is internal/campaign's.
-- +goose Up
ALTER TABLE part ADD COLUMN topic_id {big};
ALTER TABLE single ADD COLUMN topic_id {big};
ALTER TABLE campaign ADD COLUMN topic_id {big};
ALTER TABLE delivery ADD COLUMN consent_id {big};
