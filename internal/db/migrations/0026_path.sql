-- Sending paths: how fast providers may be written to from our addresses, and what operators say about it. These tables
-- belong to the installation, not to an account. Owner: internal/channel/email/shape.
-- +goose Up
CREATE TABLE mail_path (
	source   {text} NOT NULL,           -- our address; '' when the system chooses it
	target   {text} NOT NULL,           -- provider:KEY, or the site
	node     {text} NOT NULL,           -- the machine, for paths without an address of their own; else ''
	memory   {text} NOT NULL,           -- what the path has learned
	state    {text} NOT NULL,           -- how it stood when it was saved, for people
	used_at  {big},
	saved_at {big} NOT NULL,
	PRIMARY KEY (source, target, node)
) {strict};

-- The last word about a path, or a whole address ('' as target).
CREATE TABLE mail_hold (
	source {text} NOT NULL,
	target {text} NOT NULL,
	kind   {text} NOT NULL,             -- operator, list
	why    {text} NOT NULL,             -- paused, listed; '' when it was resumed
	reason {text} NOT NULL,
	until  {big},
	set_at {big} NOT NULL,
	PRIMARY KEY (source, target, kind)
) {strict};

-- Who runs the installation (ACC-5). Owner: internal/access.
CREATE TABLE staff (
	member_id  {pk},
	role       {text} NOT NULL,         -- operator
	created_at {big} NOT NULL
) {strict};
