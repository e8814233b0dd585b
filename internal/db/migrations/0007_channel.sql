-- Senders: the identities that messages leave from. Owner: internal/channel.
-- +goose Up
CREATE TABLE sender (
	id         {pk},
	tenant_id  {big} NOT NULL,
	channel    {text} NOT NULL,
	name       {text} NOT NULL,
	address    {text} NOT NULL,
	reply_to   {text} NOT NULL,
	settings   {bytes},            -- the adapter's document, sealed
	paused     {bool} NOT NULL,
	checked    {text} NOT NULL,    -- what the adapter's last look at DNS found; '' before the first
	checked_at {big},
	version    {big} NOT NULL,
	created_at {big} NOT NULL,
	deleted_at {big}
) {strict};

CREATE INDEX sender_tenant ON sender(tenant_id, id);
