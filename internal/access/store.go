package access

import (
	"context"
	"fmt"

	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/lang"
)

const memberColumns = `id, email, email_key, username, first_name, last_name, patronymic, phone, position, country, lang, news,
	totp IS NOT NULL AS totp, registered_ip, created_at, updated_at, version`

const accountColumns = `id, name, kind, company, tax_number, country, zone, lang, phone, postal_address, actual_address,
	iban, bic, goal, created_at, updated_at, version`

func newMember(tx *db.Tx, e email, l lang.Lang) Member {
	return Member{
		ID: id.NewMember(), Email: e.Address, EmailKey: e.Key, Country: DefaultCountry, Lang: l,
		CreatedAt: tx.Now, UpdatedAt: tx.Now, Version: 1,
	}
}

func insertMember(ctx context.Context, tx *db.Tx, m Member, passwordHash string) error {
	_, err := db.Exec(ctx, tx, `
		INSERT INTO members (id, email, email_key, password_hash, epoch, username, first_name, last_name, patronymic, phone,
			position, country, lang, news, registered_ip, totp_step, created_at, updated_at, version)
		VALUES (?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?)`,
		m.ID, m.Email, m.EmailKey, passwordHash, m.Username, m.FirstName, m.LastName, m.Patronymic, m.Phone,
		m.Position, m.Country, m.Lang, m.News, m.IP, m.CreatedAt, m.UpdatedAt, m.Version)
	if db.IsUnique(err) {
		return ErrTaken
	}
	if err != nil {
		return fmt.Errorf("insert member: %w", err)
	}
	return nil
}

func getMember(ctx context.Context, q db.Querier, m id.Member) (Member, error) {
	return db.One[Member](ctx, q, `SELECT `+memberColumns+` FROM members WHERE id = ?`, m)
}

func memberByKey(ctx context.Context, q db.Querier, key string) (Member, error) {
	return db.One[Member](ctx, q, `SELECT `+memberColumns+` FROM members WHERE email_key = ?`, key)
}

// updateMember saves a profile if nobody else has done so meanwhile.
func updateMember(ctx context.Context, tx *db.Tx, m Member) error {
	n, err := db.Exec(ctx, tx, `
		UPDATE members SET username = ?, first_name = ?, last_name = ?, patronymic = ?, phone = ?, position = ?, country = ?,
			lang = ?, news = ?, updated_at = ?, version = version + 1
		WHERE id = ? AND version = ?`,
		m.Username, m.FirstName, m.LastName, m.Patronymic, m.Phone, m.Position, m.Country,
		m.Lang, m.News, tx.Now, m.ID, m.Version)
	return changed(n, err, "update member")
}

func newAccount(tx *db.Tx, name string, l lang.Lang) Account {
	return Account{
		ID: id.NewTenant(), Name: name, Country: DefaultCountry, Zone: DefaultZone, Lang: l,
		CreatedAt: tx.Now, UpdatedAt: tx.Now, Version: 1,
	}
}

func insertAccount(ctx context.Context, tx *db.Tx, a Account) error {
	_, err := db.Exec(ctx, tx, `
		INSERT INTO accounts (id, name, kind, company, tax_number, country, zone, lang, phone, postal_address, actual_address,
			iban, bic, goal, created_at, updated_at, version)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		a.ID, a.Name, a.Kind, a.Company, a.TaxNumber, a.Country, a.Zone, a.Lang, a.Phone, a.PostalAddress, a.ActualAddress,
		a.IBAN, a.BIC, a.Goal, a.CreatedAt, a.UpdatedAt, a.Version)
	if err != nil {
		return fmt.Errorf("insert account: %w", err)
	}
	return nil
}

func getAccount(ctx context.Context, q db.Querier, t id.Tenant) (Account, error) {
	return db.One[Account](ctx, q, `SELECT `+accountColumns+` FROM accounts WHERE id = ?`, t)
}

func updateAccount(ctx context.Context, tx *db.Tx, a Account) error {
	n, err := db.Exec(ctx, tx, `
		UPDATE accounts SET name = ?, kind = ?, company = ?, tax_number = ?, country = ?, zone = ?, lang = ?, phone = ?,
			postal_address = ?, actual_address = ?, iban = ?, bic = ?, goal = ?, updated_at = ?, version = version + 1
		WHERE id = ? AND version = ?`,
		a.Name, a.Kind, a.Company, a.TaxNumber, a.Country, a.Zone, a.Lang, a.Phone,
		a.PostalAddress, a.ActualAddress, a.IBAN, a.BIC, a.Goal, tx.Now, a.ID, a.Version)
	return changed(n, err, "update account")
}

func changed(n int64, err error, doing string) error {
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	if n == 0 {
		return errs.ErrStale
	}
	return nil
}

func insertMembership(ctx context.Context, tx *db.Tx, t id.Tenant, m id.Member, r Role) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO memberships (tenant_id, member_id, role, created_at) VALUES (?, ?, ?, ?)`, t, m, r, tx.Now)
	if db.IsUnique(err) {
		return ErrMemberAlready
	}
	if err != nil {
		return fmt.Errorf("insert membership: %w", err)
	}
	return nil
}

func getMembership(ctx context.Context, q db.Querier, t id.Tenant, m id.Member) (Membership, error) {
	return db.One[Membership](ctx, q, `
		SELECT m.tenant_id, a.name, m.role, m.created_at AS joined_at
		FROM memberships m JOIN accounts a ON a.id = m.tenant_id
		WHERE m.tenant_id = ? AND m.member_id = ?`, t, m)
}

// listMemberships returns the accounts of a member, the oldest first.
func listMemberships(ctx context.Context, q db.Querier, m id.Member) ([]Membership, error) {
	return db.All[Membership](ctx, q, `
		SELECT m.tenant_id, a.name, m.role, m.created_at AS joined_at
		FROM memberships m JOIN accounts a ON a.id = m.tenant_id
		WHERE m.member_id = ?
		ORDER BY m.created_at, m.tenant_id`, m)
}
