-- What came by the pictures and links of letters and waits for its turn to be judged and counted. Owner: internal/delivery.
-- +goose Up
CREATE TABLE delivery_hit (
	id        {pk},
	tenant_id {big} NOT NULL,
	part_id   {big} NOT NULL,
	seq       {int} NOT NULL,
	kind      {text} NOT NULL,
	link      {int} NOT NULL,              -- index of the link, -1 for none
	method    {text} NOT NULL,
	agent     {text} NOT NULL,
	ip        {text} NOT NULL,             -- whole, for the judge; the event keeps its network only
	at        {big} NOT NULL
) {strict};

-- What the judgement of an event went by: what the program called itself, and the network it came from.
ALTER TABLE delivery_event ADD COLUMN agent {text} NOT NULL DEFAULT '';
ALTER TABLE delivery_event ADD COLUMN network {text} NOT NULL DEFAULT '';
