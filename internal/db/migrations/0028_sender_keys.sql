-- When the signing keys of a sender must be looked at: one waits to take over, or an old one may leave the DNS. Owner: internal/channel.
-- +goose Up
ALTER TABLE sender ADD COLUMN keys_due {big};
CREATE INDEX sender_keys_due ON sender(keys_due) WHERE keys_due IS NOT NULL;
