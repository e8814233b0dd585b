-- What comes back by mail: letters that were taken and wait to be read, and what was found in them.
-- Owner: internal/smtpin.
-- +goose Up

-- A letter is on record before its sender gets the answer 250, and goes as soon as it is read. It belongs to no account until then.
CREATE TABLE inbound_mail (
	id     {pk},
	at     {big} NOT NULL,
	sealed {bytes} NOT NULL                -- envelope and letter, encrypted: they hold addresses
) {strict};

-- What became of each, without addresses and words; kept for 90 days.
CREATE TABLE inbound_log (
	id        {pk},
	tenant_id {big} NOT NULL,              -- 0: it named no message of ours
	at        {big} NOT NULL,
	kind      {text} NOT NULL,             -- bounce, complaint, unsubscribe, reply …
	class     {text} NOT NULL,             -- of a bounce
	outcome   {text} NOT NULL,             -- booked, repeat, late, forged, unnamed, ignored …
	source    {text} NOT NULL,             -- who reported: a server's name or a program
	part_id   {big} NOT NULL,
	seq       {int} NOT NULL
) {strict};

CREATE INDEX inbound_log_tenant ON inbound_log(tenant_id, at);
CREATE INDEX inbound_log_at ON inbound_log(at);
