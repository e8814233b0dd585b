-- What became of connections that had to be protected (after RFC 8460 §4.3): one row for each day, domain, policy, host and result.
-- The table belongs to the installation, not to an account; it holds no addresses of people. Owner: internal/channel/email.
-- +goose Up
CREATE TABLE tls_result (
	day      {int}  NOT NULL,  -- days since 1970-01-01, UTC
	domain   {text} NOT NULL,  -- A-labels
	policy   {text} NOT NULL,  -- tlsa, sts
	mx_host  {text} NOT NULL,
	result   {text} NOT NULL,  -- success, or a result type of RFC 8460 §4.3
	sessions {big}  NOT NULL,
	PRIMARY KEY (domain, day, policy, mx_host, result)
) {strict_norowid};

CREATE INDEX tls_result_day ON tls_result (day);
