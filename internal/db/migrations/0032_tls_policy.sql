-- What domains ask of the connections that bring them mail. Policies are public; the table belongs to the installation, not to
-- an account. Owner: internal/channel/email.
-- +goose Up

-- Policies of MTA-STS (RFC 8461), kept for as long as they ask.
CREATE TABLE mta_sts_policy (
	domain     {text} NOT NULL PRIMARY KEY, -- A-labels
	record_id  {text} NOT NULL,             -- of the text record that it was fetched under
	mode       {text} NOT NULL,             -- enforce, testing, none
	mx         {text} NOT NULL,             -- JSON: names and patterns
	max_age    {big}  NOT NULL,             -- seconds
	fetched_at {big}  NOT NULL,
	expires_at {big}  NOT NULL
) {strict_norowid};

CREATE INDEX mta_sts_policy_expiry ON mta_sts_policy (expires_at);
