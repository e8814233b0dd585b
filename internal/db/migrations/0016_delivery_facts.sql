-- What each person did with each message, found by the person: segments ask it of every contact of an account.
-- Owner: internal/delivery.
-- +goose Up

-- Rebuilt: it was found by the message only. at is the last time.
CREATE TABLE delivery_seen_by (
	tenant_id  {big} NOT NULL,
	contact_id {big} NOT NULL,
	part_id    {big} NOT NULL,
	kind       {text} NOT NULL,            -- kind of event, for clicks also by link: "link:3"
	seq        {int} NOT NULL,
	at         {big} NOT NULL,
	PRIMARY KEY (tenant_id, contact_id, part_id, kind, seq)
) {strict_norowid};
INSERT INTO delivery_seen_by (tenant_id, contact_id, part_id, kind, seq, at)
SELECT d.tenant_id, d.contact_id, s.part_id, s.kind, s.seq, COALESCE(
	(SELECT MAX(e.at) FROM delivery_event e WHERE e.part_id = s.part_id AND e.seq = s.seq), d.updated_at)
FROM delivery_seen s JOIN delivery d ON d.part_id = s.part_id AND d.seq = s.seq;
DROP TABLE delivery_seen;
ALTER TABLE delivery_seen_by RENAME TO delivery_seen;


CREATE INDEX part_start ON part(tenant_id, start_at);
