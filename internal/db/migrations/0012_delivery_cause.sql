-- What the server said last about a message that was given up as expired: without it the report could not tell why.
-- Owner: internal/delivery.
-- +goose Up
ALTER TABLE delivery ADD COLUMN cause {text} NOT NULL DEFAULT '';
