-- Pictures and files of letters. Owner: internal/media.
-- +goose Up
CREATE TABLE media (
	id            {pk},
	tenant_id     {big} NOT NULL,
	public_key    {text} NOT NULL,       -- of the public address; cannot be guessed
	kind          {text} NOT NULL,       -- image, file
	name          {text} NOT NULL,
	name_key      {text} NOT NULL,       -- in small letters, for searching
	alt           {text} NOT NULL,
	folder        {text} NOT NULL,       -- empty = none
	content_type  {text} NOT NULL,
	size          {big} NOT NULL,        -- bytes of what is shown
	width         {int} NOT NULL,        -- 0 for files
	height        {int} NOT NULL,
	animated      {bool} NOT NULL,
	blob_key      {text} NOT NULL,       -- what is shown
	original_key  {text} NOT NULL,       -- what was uploaded; the same for files
	original_size {big} NOT NULL,
	sha256        {text} NOT NULL,       -- of what was uploaded
	version       {big} NOT NULL,
	created_by    {big},                 -- a member; NULL for a key
	created_at    {big} NOT NULL,
	updated_at    {big} NOT NULL
) {strict};
CREATE UNIQUE INDEX media_key ON media (public_key);
CREATE UNIQUE INDEX media_sum ON media (tenant_id, sha256);
CREATE INDEX media_folder ON media (tenant_id, folder, id);

-- How the letters of an account look. Owner: internal/brand.
CREATE TABLE brand (
	tenant_id  {big} NOT NULL,
	kit        {text} NOT NULL,          -- JSON
	version    {big} NOT NULL,
	updated_at {big} NOT NULL,
	PRIMARY KEY (tenant_id)
) {strict};

-- Blocks of letters that an account keeps. Owner: internal/content.
CREATE TABLE saved_block (
	id         {pk},
	tenant_id  {big} NOT NULL,
	name       {text} NOT NULL,
	block      {text} NOT NULL,          -- JSON, as documents of blocks hold it
	locked     {bool} NOT NULL,          -- letters take it as it is
	version    {big} NOT NULL,
	created_by {big},                    -- a member; NULL for a key
	created_at {big} NOT NULL,
	updated_at {big} NOT NULL
) {strict};
CREATE INDEX saved_block_tenant ON saved_block (tenant_id, id);
