-- What a large import brings is indexed apart from the rest, a run of some ten thousand contacts at a time: names come in no order, and in one
-- tree of a million every batch would write a page for each name. A search asks each run. Owner: internal/contact (search.go, run.go).
-- +goose Up
ALTER TABLE contacts ADD COLUMN run {big} NOT NULL DEFAULT 0;
-- The runs of an account; 0, which holds whoever came in singly, is not among them.
CREATE TABLE contact_run (
    tenant_id   {big} NOT NULL,
    run         {big} NOT NULL,
    PRIMARY KEY (tenant_id, run)
) {strict_norowid};

DROP INDEX contacts_first;
DROP INDEX contacts_last;
DROP INDEX contacts_second;
-- As in 0025; first names are long enough now to be sorted by.
{only_sqlite}CREATE INDEX contacts_first ON contacts (tenant_id, run, substr(search_key, COALESCE(length(email_key), 0) + 3, 24));
{only_sqlite}CREATE INDEX contacts_last ON contacts (tenant_id, run, substr(search_key, COALESCE(length(email_key), 0) + length(first_name) + 4, 24));
{only_sqlite}CREATE INDEX contacts_second ON contacts (tenant_id, run, substr(search_key, COALESCE(length(email_key), 0) + 3 + instr(first_name, ' '), 10)) WHERE instr(first_name, ' ') > 0;
{only_postgres}CREATE INDEX contacts_first ON contacts (tenant_id, run, substr(search_key, COALESCE(length(email_key), 0) + 3, 24) text_pattern_ops, id);
{only_postgres}CREATE INDEX contacts_last ON contacts (tenant_id, run, substr(search_key, COALESCE(length(email_key), 0) + length(first_name) + 4, 24) text_pattern_ops, id);
{only_postgres}CREATE INDEX contacts_second ON contacts (tenant_id, run, substr(search_key, COALESCE(length(email_key), 0) + 3 + strpos(first_name, ' '), 10) text_pattern_ops) WHERE strpos(first_name, ' ') > 0;
