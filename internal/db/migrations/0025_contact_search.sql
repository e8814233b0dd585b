-- Contacts are found by the beginning of any word and sorted by names without reading all of them. Owner: internal/contact (search.go).
-- +goose Up

-- The first word of each name with what follows it, in small letters, cut out of search_key: ' ' email ' ' first ' ' last ' ' phone.
-- First names are cut short, so that an import writes at the end of few names instead of everywhere in the index; last names are sorted by it.
-- Small letters are as many as those they were made of, so that the places are those of the columns as given.
{only_sqlite}CREATE INDEX contacts_first ON contacts (tenant_id, substr(search_key, COALESCE(length(email_key), 0) + 3, 10));
{only_sqlite}CREATE INDEX contacts_last ON contacts (tenant_id, substr(search_key, COALESCE(length(email_key), 0) + length(first_name) + 4, 24));
-- The second word of a first name: a patronymic.
{only_sqlite}CREATE INDEX contacts_second ON contacts (tenant_id, substr(search_key, COALESCE(length(email_key), 0) + 3 + instr(first_name, ' '), 10)) WHERE instr(first_name, ' ') > 0;
-- Names with words beyond those three; read one by one.
{only_sqlite}CREATE INDEX contacts_further ON contacts (tenant_id) WHERE instr(last_name, ' ') > 0 OR instr(substr(first_name, instr(first_name, ' ') + 1), ' ') > 0;

-- PostgreSQL compares beginnings by such indexes only, unless the whole database is in the collation C.
{only_postgres}CREATE INDEX contacts_first ON contacts (tenant_id, substr(search_key, COALESCE(length(email_key), 0) + 3, 10) text_pattern_ops);
{only_postgres}CREATE INDEX contacts_last ON contacts (tenant_id, substr(search_key, COALESCE(length(email_key), 0) + length(first_name) + 4, 24) text_pattern_ops, id);
{only_postgres}CREATE INDEX contacts_second ON contacts (tenant_id, substr(search_key, COALESCE(length(email_key), 0) + 3 + strpos(first_name, ' '), 10) text_pattern_ops) WHERE strpos(first_name, ' ') > 0;
{only_postgres}CREATE INDEX contacts_further ON contacts (tenant_id) WHERE strpos(last_name, ' ') > 0 OR strpos(substr(first_name, strpos(first_name, ' ') + 1), ' ') > 0;
{only_postgres}DROP INDEX contacts_email;
{only_postgres}CREATE UNIQUE INDEX contacts_email ON contacts (tenant_id, email_key text_pattern_ops);
{only_postgres}DROP INDEX contacts_phone;
{only_postgres}CREATE INDEX contacts_phone ON contacts (tenant_id, phone text_pattern_ops) WHERE phone IS NOT NULL;
