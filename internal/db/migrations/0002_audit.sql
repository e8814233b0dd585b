-- +goose Up

-- Who did what, and acts of signature: one chain of hashes per account; see internal/audit.
-- text holds the whole record as JSON; its digest and hash are made of these very bytes.
CREATE TABLE audit_records (
	tenant_id {big}  NOT NULL,
	seq       {big}  NOT NULL,
	at        {big}  NOT NULL,
	kind      {text} NOT NULL, -- entry, act
	action    {text} NOT NULL,
	text      {text} NOT NULL,
	digest    {text} NOT NULL,
	hash      {text} NOT NULL,
	PRIMARY KEY (tenant_id, seq)
) {strict_norowid};

CREATE INDEX audit_records_kind ON audit_records (tenant_id, kind, seq);

-- The end of each chain; its row is the lock that keeps the chain single.
CREATE TABLE audit_heads (
	tenant_id {big}  NOT NULL PRIMARY KEY,
	seq       {big}  NOT NULL,
	hash      {text} NOT NULL
) {strict_norowid};

-- +goose StatementBegin
{only_sqlite} CREATE TRIGGER audit_records_no_update BEFORE UPDATE ON audit_records
{only_sqlite} BEGIN SELECT RAISE(ABORT, 'audit records are never changed'); END;
{only_postgres} CREATE FUNCTION audit_records_refuse() RETURNS trigger LANGUAGE plpgsql AS
{only_postgres} $$ BEGIN RAISE EXCEPTION 'audit records are never changed'; END $$;
-- +goose StatementEnd

-- +goose StatementBegin
{only_sqlite} CREATE TRIGGER audit_records_no_delete BEFORE DELETE ON audit_records
{only_sqlite} BEGIN SELECT RAISE(ABORT, 'audit records are never removed'); END;
{only_postgres} CREATE TRIGGER audit_records_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_records
{only_postgres} FOR EACH STATEMENT EXECUTE FUNCTION audit_records_refuse();
-- +goose StatementEnd
