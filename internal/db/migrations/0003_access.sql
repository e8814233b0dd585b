-- +goose Up

-- Customers. What is not known is the empty text.
CREATE TABLE accounts (
	id             {pk},
	name           {text} NOT NULL,
	kind           {text} NOT NULL, -- person, sole_trader, company, or empty
	company        {text} NOT NULL, -- legal name
	tax_number     {text} NOT NULL, -- BIN or IIN
	country        {text} NOT NULL, -- ISO 3166-1 alpha-2
	zone           {text} NOT NULL, -- IANA time zone
	lang           {text} NOT NULL,
	phone          {text} NOT NULL,
	postal_address {text} NOT NULL,
	actual_address {text} NOT NULL,
	iban           {text} NOT NULL,
	bic            {text} NOT NULL,
	goal           {text} NOT NULL, -- what the customer wants to do first
	created_at     {big}  NOT NULL,
	updated_at     {big}  NOT NULL,
	version        {big}  NOT NULL
) {strict};

-- The operator's own account: one row.
CREATE TABLE house (
	one       {int} NOT NULL PRIMARY KEY CHECK (one = 1),
	tenant_id {big} NOT NULL
) {strict};

-- People with a login. One person may belong to several accounts.
CREATE TABLE members (
	id            {pk},
	email         {text} NOT NULL,
	email_key     {text} NOT NULL UNIQUE,
	password_hash {text} NOT NULL,
	epoch         {big}  NOT NULL, -- grows when the password changes; what was begun before is void
	username      {text} NOT NULL,
	first_name    {text} NOT NULL,
	last_name     {text} NOT NULL,
	patronymic    {text} NOT NULL,
	phone         {text} NOT NULL,
	position      {text} NOT NULL,
	country       {text} NOT NULL,
	lang          {text} NOT NULL,
	news          {bool} NOT NULL,
	registered_ip {text} NOT NULL,
	totp          {bytes},         -- sealed secret of the second factor in use
	totp_new      {bytes},         -- sealed secret that waits to be confirmed
	totp_step     {big}  NOT NULL, -- last 30-second step used; an earlier or equal one is refused
	created_at    {big}  NOT NULL,
	updated_at    {big}  NOT NULL,
	version       {big}  NOT NULL
) {strict};

CREATE TABLE recovery_codes (
	member_id {big}  NOT NULL,
	hash      {text} NOT NULL,
	used_at   {big},
	PRIMARY KEY (member_id, hash)
) {strict_norowid};

CREATE TABLE memberships (
	tenant_id  {big}  NOT NULL,
	member_id  {big}  NOT NULL,
	role       {text} NOT NULL,
	created_at {big}  NOT NULL,
	PRIMARY KEY (tenant_id, member_id)
) {strict_norowid};

CREATE INDEX memberships_member ON memberships (member_id, tenant_id);

-- Codes sent to mailboxes. member_id is null when nobody has that address.
CREATE TABLE codes (
	id           {pk},
	purpose      {text} NOT NULL, -- register, reset, email
	email        {text} NOT NULL,
	email_key    {text} NOT NULL,
	member_id    {big},
	lang         {text} NOT NULL,
	hash         {text} NOT NULL,
	tries        {int}  NOT NULL, -- wrong ones
	sent_at      {big}  NOT NULL,
	expires_at   {big}  NOT NULL,
	locked_until {big},
	used_at      {big},
	created_at   {big}  NOT NULL
) {strict};

CREATE INDEX codes_created ON codes (created_at);

-- People who wait for their code; the id is that of the code.
CREATE TABLE registrations (
	id            {pk},
	password_hash {text} NOT NULL,
	news          {bool} NOT NULL,
	documents     {text} NOT NULL,
	ip            {text} NOT NULL, -- where the button was pressed
	user_agent    {text} NOT NULL,
	created_at    {big}  NOT NULL
) {strict};

-- Letters of the product to people, sealed until internal/notice has handed them on.
CREATE TABLE member_letters (
	id         {pk},
	kind       {text} NOT NULL,
	sealed     {bytes},       -- null once sent
	created_at {big}  NOT NULL,
	expires_at {big}  NOT NULL,
	sent_at    {big}
) {strict};

CREATE INDEX member_letters_expiry ON member_letters (expires_at);

CREATE TABLE sessions (
	id         {pk},
	member_id  {big}  NOT NULL,
	tenant_id  {big}  NOT NULL, -- the account looked at now
	hash       {text} NOT NULL UNIQUE,
	ip         {text} NOT NULL,
	user_agent {text} NOT NULL,
	created_at {big}  NOT NULL,
	seen_at    {big}  NOT NULL,
	expires_at {big}  NOT NULL
) {strict};

CREATE INDEX sessions_member ON sessions (member_id, id);
CREATE INDEX sessions_seen ON sessions (seen_at);

-- Tries to sign in, good and bad. member_id is null when nobody has that address.
CREATE TABLE visits (
	id         {pk},
	member_id  {big},
	at         {big}  NOT NULL,
	ip         {text} NOT NULL,
	user_agent {text} NOT NULL,
	browser    {text} NOT NULL,
	result     {text} NOT NULL
) {strict};

CREATE INDEX visits_member ON visits (member_id, id);
CREATE INDEX visits_at ON visits (at);

CREATE TABLE invitations (
	id          {pk},
	tenant_id   {big}  NOT NULL,
	email       {text} NOT NULL,
	email_key   {text} NOT NULL,
	role        {text} NOT NULL,
	lang        {text} NOT NULL,
	hash        {text} NOT NULL UNIQUE,
	invited_by  {big},
	created_at  {big}  NOT NULL,
	sent_at     {big}  NOT NULL,
	expires_at  {big}  NOT NULL,
	UNIQUE (tenant_id, email_key)
) {strict};

CREATE TABLE api_keys (
	id           {pk},
	tenant_id    {big}  NOT NULL,
	name         {text} NOT NULL,
	hash         {text} NOT NULL,
	scopes       {text} NOT NULL,
	allowed      {text} NOT NULL,
	created_by   {big},
	created_at   {big}  NOT NULL,
	expires_at   {big},
	last_used_at {big},
	last_used_ip {text} NOT NULL,
	revoked_at   {big}
) {strict};

CREATE INDEX api_keys_tenant ON api_keys (tenant_id, id);

-- Limits of rate: the moment until which what was taken counts; see rate.go.
CREATE TABLE rates (
	key      {text} NOT NULL PRIMARY KEY,
	taken_at {big}  NOT NULL
) {strict_norowid};

CREATE INDEX rates_taken ON rates (taken_at);

-- First answers to requests that may be repeated; see idempotency.go.
CREATE TABLE idempotency (
	tenant_id    {big}  NOT NULL,
	key          {text} NOT NULL,
	request_hash {text} NOT NULL,
	status       {int}  NOT NULL, -- 0 while the first one runs
	content_type {text} NOT NULL,
	body         {bytes},
	held_until   {big}  NOT NULL,
	expires_at   {big}  NOT NULL,
	PRIMARY KEY (tenant_id, key)
) {strict};

CREATE INDEX idempotency_expiry ON idempotency (expires_at);
