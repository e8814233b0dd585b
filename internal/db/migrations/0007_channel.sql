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
	version    {big} NOT NULL,
	created_at {big} NOT NULL,
	deleted_at {big}
) {strict};

CREATE INDEX sender_tenant ON sender(tenant_id, id);
