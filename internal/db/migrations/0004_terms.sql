-- +goose Up

-- Texts of documents as they were shown, by what signatures name them; see internal/terms.
CREATE TABLE terms_documents (
	sha256       {text} NOT NULL PRIMARY KEY,
	name         {text} NOT NULL,
	version      {text} NOT NULL,
	lang         {text} NOT NULL,
	title        {text} NOT NULL,
	effective_at {big}  NOT NULL,
	text         {text} NOT NULL,
	kept_at      {big}  NOT NULL
) {strict};
