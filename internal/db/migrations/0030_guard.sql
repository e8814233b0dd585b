-- Guards while sending: what the results of a part say against going on, and what a person has decided about it; why a
-- campaign waits for a person. Owners: internal/delivery (part), internal/campaign (campaign).
-- +goose Up
ALTER TABLE part ADD COLUMN guard {text} NOT NULL DEFAULT '';         -- JSON of the worst finding; empty: none
ALTER TABLE part ADD COLUMN guard_excused {text} NOT NULL DEFAULT ''; -- codes of findings in spite of which a person goes on, by commas
ALTER TABLE campaign ADD COLUMN hold {text} NOT NULL DEFAULT '';      -- guard: its results stopped it; late: its time passed while the program was off
