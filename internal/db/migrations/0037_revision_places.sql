-- Where the links of a frozen letter stand, for the map of clicks: block:index by the index of the link. Owner: internal/content.
-- +goose Up
ALTER TABLE revision ADD COLUMN places {text} NOT NULL DEFAULT '[]';
