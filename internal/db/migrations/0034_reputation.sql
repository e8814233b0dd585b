-- Our own name on block lists. These tables belong to the installation, not to an account. Owner: internal/reputation.
-- +goose Up
CREATE TABLE incident (
	id         {pk},
	subject    {text} NOT NULL,         -- our address or domain
	zone       {text} NOT NULL,         -- name of the block list
	code       {text} NOT NULL,
	reason     {text} NOT NULL,         -- words of the list
	page       {text} NOT NULL,
	policy     {bool} NOT NULL,         -- says what the network is for: nothing is suspended
	state      {text} NOT NULL,         -- open, acknowledged, closed
	note       {text} NOT NULL,         -- words of the operator
	since      {big} NOT NULL,
	seen_at    {big} NOT NULL,          -- last time that the list named us
	ended_at   {big}
) {strict};
CREATE UNIQUE INDEX incident_open ON incident (subject, zone) WHERE ended_at IS NULL;

-- What each list said last, so that "all clean" can say since when.
CREATE TABLE reputation_check (
	subject    {text} NOT NULL,
	zone       {text} NOT NULL,
	state      {text} NOT NULL,         -- clean, listed, unknown
	checked_at {big} NOT NULL,
	PRIMARY KEY (subject, zone)
) {strict};
