package access

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // zones are known on every machine
	"unicode"
	"unicode/utf8"

	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/lang"
)

// Errors of profiles.
var (
	ErrText    = errs.New(errs.Invalid, "access.bad_text", "The text is too long or has characters that cannot be shown.")
	ErrEmpty   = errs.New(errs.Invalid, "access.empty", "This must not be empty.")
	ErrZone    = errs.New(errs.Invalid, "access.bad_zone", "There is no such time zone. Write it like Asia/Almaty.")
	ErrCountry = errs.New(errs.Invalid, "access.bad_country", "The country is two letters, like KZ.")
	ErrLang    = errs.New(errs.Invalid, "access.bad_lang", "The language is ru, kk or en.")
	ErrChoice  = errs.New(errs.Invalid, "access.bad_choice", "There is no such choice.")
)

// Longest texts of a profile, in characters.
const (
	maxName    = 120
	maxAddress = 300
)

// GetMe returns the signed-in person with its account, role and permissions.
func (s *Service) GetMe(ctx context.Context, who Actor) (me Me, err error) {
	if err := who.person(); err != nil {
		return Me{}, err
	}
	if me.Member, err = getMember(ctx, s.db, who.Member); err != nil {
		return Me{}, fmt.Errorf("get me: %w", err)
	}
	if me.Account, err = getAccount(ctx, s.db, who.Tenant); err != nil {
		return Me{}, fmt.Errorf("get me: %w", err)
	}
	if me.Accounts, err = listMemberships(ctx, s.db, who.Member); err != nil {
		return Me{}, fmt.Errorf("get me: %w", err)
	}
	me.Role, me.Permissions = who.Role, who.Permissions()
	return me, nil
}

// GetAccount returns the actor's account. Everyone inside may see it.
func (s *Service) GetAccount(ctx context.Context, who Actor) (Account, error) {
	if who.Tenant == 0 {
		return Account{}, errs.ErrUnauthenticated
	}
	return getAccount(ctx, s.db, who.Tenant)
}

// UpdateMember changes the actor's own profile (ACC-3). version is the one that was seen, 0 for any; another
// one is errs.ErrStale. Wrong values are named all at once.
func (s *Service) UpdateMember(ctx context.Context, who Actor, version int64, p MemberPatch) (out Member, err error) {
	if err := who.person(); err != nil {
		return Member{}, err
	}
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		m, err := getMember(ctx, tx, who.Member)
		if err != nil {
			return err
		}
		if version != 0 && version != m.Version {
			return errs.ErrStale
		}
		names, err := p.apply(&m)
		if err != nil {
			return err
		}
		if err := updateMember(ctx, tx, m); err != nil {
			return err
		}
		if out, err = getMember(ctx, tx, m.ID); err != nil {
			return err
		}
		return s.recordTx(ctx, tx, who, "member.updated", m.ID.String(), map[string]any{"fields": names})
	})
	if err != nil {
		return Member{}, fmt.Errorf("update member: %w", err)
	}
	return out, nil
}

// UpdateAccount changes the profile of the actor's account (ACC-3). version is the one that was seen, 0 for
// any; another one is errs.ErrStale. Wrong values are named all at once.
func (s *Service) UpdateAccount(ctx context.Context, who Actor, version int64, p AccountPatch) (out Account, err error) {
	if err := who.Can(ManageAccount); err != nil {
		return Account{}, err
	}
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		a, err := getAccount(ctx, tx, who.Tenant)
		if err != nil {
			return err
		}
		if version != 0 && version != a.Version {
			return errs.ErrStale
		}
		names, err := p.apply(&a)
		if err != nil {
			return err
		}
		if err := updateAccount(ctx, tx, a); err != nil {
			return err
		}
		if out, err = getAccount(ctx, tx, a.ID); err != nil {
			return err
		}
		return s.recordTx(ctx, tx, who, "account.updated", a.ID.String(), map[string]any{"fields": names})
	})
	if err != nil {
		return Account{}, fmt.Errorf("update account: %w", err)
	}
	return out, nil
}

func (p MemberPatch) apply(m *Member) (changed []string, err error) {
	var f form
	f.set("username", p.Username, &m.Username, text(maxName))
	f.set("first_name", p.FirstName, &m.FirstName, text(maxName))
	f.set("last_name", p.LastName, &m.LastName, text(maxName))
	f.set("patronymic", p.Patronymic, &m.Patronymic, text(maxName))
	f.set("phone", p.Phone, &m.Phone, optional(CleanPhone))
	f.set("position", p.Position, &m.Position, text(maxName))
	f.set("country", p.Country, &m.Country, country)
	f.set("lang", p.Lang, (*string)(&m.Lang), language)
	if p.News != nil && *p.News != m.News {
		m.News, f.changed = *p.News, append(f.changed, "news")
	}
	return f.result()
}

func (p AccountPatch) apply(a *Account) (changed []string, err error) {
	var f form
	f.set("name", p.Name, &a.Name, required(maxName))
	f.set("kind", p.Kind, (*string)(&a.Kind), choice("", string(Person), string(SoleTrader), string(Company)))
	f.set("company", p.Company, &a.Company, text(maxName*2))
	f.set("tax_number", p.TaxNumber, &a.TaxNumber, optional(taxNumber))
	f.set("country", p.Country, &a.Country, country)
	f.set("zone", p.Zone, &a.Zone, zone)
	f.set("lang", p.Lang, (*string)(&a.Lang), language)
	f.set("phone", p.Phone, &a.Phone, optional(CleanPhone))
	f.set("postal_address", p.PostalAddress, &a.PostalAddress, text(maxAddress))
	f.set("actual_address", p.ActualAddress, &a.ActualAddress, text(maxAddress))
	f.set("iban", p.IBAN, &a.IBAN, optional(CleanIBAN))
	f.set("bic", p.BIC, &a.BIC, optional(CleanBIC))
	f.set("goal", p.Goal, &a.Goal, choice(goals...))
	return f.result()
}

// form takes values one by one and keeps what is wrong with them, so that a person sees it all at once.
type form struct {
	changed []string
	wrong   []errs.Field
}

func (f *form) set(path string, from *string, to *string, clean func(string) (string, error)) {
	if from == nil {
		return
	}
	value, err := clean(strings.TrimSpace(*from))
	if err != nil {
		f.wrong = append(f.wrong, fieldOf(path, err))
		return
	}
	if value != *to {
		*to, f.changed = value, append(f.changed, path)
	}
}

func (f *form) result() ([]string, error) {
	if len(f.wrong) > 0 {
		return nil, errs.ErrInvalid.At(f.wrong...)
	}
	return f.changed, nil
}

// fieldOf blames a field with an error of a rule; rules return nothing but errors declared here.
func fieldOf(path string, err error) errs.Field {
	e, ok := err.(*errs.Error)
	if !ok {
		e = ErrText
	}
	return field(path, e)
}

// text allows anything that can be shown, up to n characters.
func text(n int) func(string) (string, error) {
	return func(s string) (string, error) {
		if !utf8.ValidString(s) || utf8.RuneCountInString(s) > n {
			return "", ErrText.With("max", n)
		}
		for _, r := range s {
			if r != '\n' && !unicode.IsPrint(r) && !unicode.Is(unicode.Zs, r) {
				return "", ErrText.With("max", n)
			}
		}
		return s, nil
	}
}

func required(n int) func(string) (string, error) {
	return func(s string) (string, error) {
		if s == "" {
			return "", ErrEmpty
		}
		return text(n)(strings.ReplaceAll(s, "\n", " "))
	}
}

// optional lets a field be emptied.
func optional(rule func(string) (string, error)) func(string) (string, error) {
	return func(s string) (string, error) {
		if s == "" {
			return "", nil
		}
		return rule(s)
	}
}

func taxNumber(s string) (string, error) {
	s = strings.ReplaceAll(s, " ", "")
	return s, CheckTaxNumber(s)
}

func country(s string) (string, error) {
	s = strings.ToUpper(s)
	if len(s) != 2 || s[0] < 'A' || s[0] > 'Z' || s[1] < 'A' || s[1] > 'Z' {
		return "", ErrCountry
	}
	return s, nil
}

func zone(s string) (string, error) {
	if s == "" || s == "Local" {
		return "", ErrZone
	}
	if _, err := time.LoadLocation(s); err != nil {
		return "", ErrZone
	}
	return s, nil
}

func language(s string) (string, error) {
	if !slices.Contains(lang.All, lang.Lang(s)) {
		return "", ErrLang
	}
	return s, nil
}

func choice(of ...string) func(string) (string, error) {
	return func(s string) (string, error) {
		if !slices.Contains(of, s) {
			return "", ErrChoice
		}
		return s, nil
	}
}
