package access

import (
	"context"
	"errors"
	"fmt"
	"time"

	"keruen/internal/audit"
	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/lang"
)

// Errors of registering.
var (
	ErrTaken     = errs.New(errs.Conflict, "access.already_registered", "This address has an account already. Sign in, or set a new password.")
	ErrDocuments = errs.New(errs.Invalid, "access.documents_missing", "Registering accepts the documents. Their present versions must be named.")
)

type registrationKind struct{}

func (registrationKind) Prefix() string { return "reg" }

// RegistrationID identifies a registration that waits for its code.
type RegistrationID = id.Of[registrationKind]

// Registration waits for the code from the letter. It looks the same whether the address is known or not.
type Registration struct {
	ID        RegistrationID
	Email     string
	ResendAt  time.Time // when another letter may be asked for
	ExpiresAt time.Time // of the code
}

// NewRegistration is what a person fills in.
type NewRegistration struct {
	Email    string
	Password string
	Lang     lang.Lang
	News     bool             // wants news of the product
	Accepted []audit.Document // documents named above the button; terms.Service.Check makes them
}

// pending is a registration as stored.
type pending struct {
	ID           codeID
	PasswordHash string
	News         bool
	Documents    db.JSON[[]audit.Document]
	IP           string // where "Register" was pressed
	UserAgent    string
	CreatedAt    time.Time
}

// Register begins a registration and has a code sent (ACC-1). An address that is known gets the same answer
// after the same work; the letter there offers to sign in or to set a new password instead.
func (s *Service) Register(ctx context.Context, v Visitor, r NewRegistration) (Registration, error) {
	e, err := checkEmail("email", r.Email)
	if err != nil {
		return Registration{}, err
	}
	if err := checkPassword("password", r.Password, e); err != nil {
		return Registration{}, err
	}
	if len(r.Accepted) == 0 {
		return Registration{}, errs.ErrInvalid.At(field("accept", ErrDocuments))
	}
	if err := s.limits(ctx, limit{rateRegister, network(v.IP)}, limit{rateCodes, s.addressKey(e)}); err != nil {
		return Registration{}, err
	}
	hash, err := s.hasher.Hash(ctx, normalPassword(r.Password))
	if err != nil {
		return Registration{}, fmt.Errorf("register: %w", err)
	}
	return s.await(ctx, v, e, pending{
		PasswordHash: hash, News: r.News, Documents: db.AsJSON(r.Accepted), IP: v.ip(), UserAgent: v.agent(),
	}, languageOf(r.Lang, v))
}

// await stores a registration and has the letter written.
func (s *Service) await(ctx context.Context, v Visitor, e email, p pending, l lang.Lang) (reg Registration, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		known, err := memberByKey(ctx, tx, e.Key)
		if err != nil && !errors.Is(err, errs.ErrNotFound) {
			return err
		}
		c, digits, err := s.newCodeTx(ctx, tx, toRegister, e, known.ID, l)
		if err != nil {
			return err
		}
		p.ID = c.ID
		if err := insertRegistration(ctx, tx, p); err != nil {
			return err
		}
		reg = registrationOf(c)
		return s.writeTx(ctx, tx, registrationLetter(c, known, digits, v))
	})
	if err != nil {
		return Registration{}, fmt.Errorf("register: %w", err)
	}
	return reg, nil
}

// registrationLetter is the letter with the code, or the one to somebody who is a member already.
func registrationLetter(c code, known Member, digits string, v Visitor) Letter {
	l := Letter{Kind: LetterCode, To: c.Email, Lang: c.Lang, Code: digits, IP: v.ip(), Browser: Browser(v.agent())}
	if known.ID != 0 {
		l.Kind, l.Code, l.To, l.Lang, l.Name = LetterKnown, "", known.Email, known.Lang, known.Name()
	}
	return l
}

// ResendRegistration has a new code sent, not sooner than ResendAfter.
func (s *Service) ResendRegistration(ctx context.Context, v Visitor, r RegistrationID) (reg Registration, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		c, err := lockCode(ctx, tx, toRegister, codeID(r))
		if err != nil {
			return err
		}
		reg, err = s.resendTx(ctx, tx, v, c)
		return err
	})
	if err != nil {
		return Registration{}, fmt.Errorf("resend code: %w", err)
	}
	return reg, nil
}

func (s *Service) resendTx(ctx context.Context, tx *db.Tx, v Visitor, c code) (Registration, error) {
	if err := c.mayResend(tx.Now); err != nil {
		return Registration{}, err
	}
	if err := rateCodes.take(ctx, tx, s.addressKey(email{Key: c.EmailKey})); err != nil {
		return Registration{}, err
	}
	c, digits, err := s.renewTx(ctx, tx, c)
	if err != nil {
		return Registration{}, err
	}
	known := Member{}
	if c.MemberID != 0 {
		if known, err = getMember(ctx, tx, c.MemberID); err != nil {
			return Registration{}, err
		}
	}
	return registrationOf(c), s.writeTx(ctx, tx, registrationLetter(c, known, digits, v))
}

// ChangeRegistrationEmail begins again with another address, keeping the password and what was accepted.
func (s *Service) ChangeRegistrationEmail(ctx context.Context, v Visitor, r RegistrationID, address string) (Registration, error) {
	e, err := checkEmail("email", address)
	if err != nil {
		return Registration{}, err
	}
	if err := s.limits(ctx, limit{rateRegister, network(v.IP)}, limit{rateCodes, s.addressKey(e)}); err != nil {
		return Registration{}, err
	}
	var old code
	var p pending
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if old, err = lockCode(ctx, tx, toRegister, codeID(r)); err != nil {
			return err
		}
		if !old.UsedAt.IsZero() {
			return ErrCodeFinished
		}
		if p, err = getRegistration(ctx, tx, old.ID); err != nil {
			return err
		}
		old.UsedAt, old.Hash = tx.Now, "" // the first letter is worth nothing any more
		return updateCode(ctx, tx, old)
	})
	if err != nil {
		return Registration{}, fmt.Errorf("change address of registration: %w", err)
	}
	return s.await(ctx, v, e, p, old.Lang)
}

// ConfirmRegistration enters the code: it makes the account with its owner, keeps the acts of signature and
// opens a session (ACC-1, ACC-2). An expired code is replaced at once and ErrCodeExpired returned.
func (s *Service) ConfirmRegistration(ctx context.Context, v Visitor, r RegistrationID, digits string) (Opened, error) {
	digits = cleanDigits(digits)
	if err := s.limits(ctx, limit{rateCodeTries, network(v.IP)}); err != nil {
		return Opened{}, err
	}
	var opened Opened
	var wrong error
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		c, err := lockCode(ctx, tx, toRegister, codeID(r))
		if err != nil {
			return err
		}
		if c.MemberID != 0 {
			c.Hash = "" // somebody is a member already: no code was sent, so none is right
		}
		if wrong, err = s.enterTx(ctx, tx, &c, digits); err != nil {
			return err
		}
		if errors.Is(wrong, ErrCodeExpired) {
			_, err = s.resendTx(ctx, tx, v, c)
			return err
		}
		if wrong != nil {
			return nil
		}
		opened, wrong, err = s.welcomeTx(ctx, tx, v, c, digits)
		return err
	})
	if err == nil {
		err = wrong
	}
	if err != nil {
		return Opened{}, fmt.Errorf("confirm registration: %w", err)
	}
	return opened, nil
}

// welcomeTx turns a proven registration into an account, its owner, and a session.
func (s *Service) welcomeTx(ctx context.Context, tx *db.Tx, v Visitor, c code, digits string) (o Opened, wrong, err error) {
	if _, err := memberByKey(ctx, tx, c.EmailKey); !errors.Is(err, errs.ErrNotFound) {
		return Opened{}, ErrTaken, err // two registrations ran; the mailbox is proven, so this tells nobody anything
	}
	p, err := getRegistration(ctx, tx, c.ID)
	if err != nil {
		return Opened{}, nil, err
	}
	m := newMember(tx, email{c.Email, c.EmailKey}, c.Lang)
	m.News, m.IP = p.News, v.ip()
	if err := insertMember(ctx, tx, m, p.PasswordHash); err != nil {
		return Opened{}, nil, err
	}
	a := newAccount(tx, "", c.Lang)
	if err := s.createAccountTx(ctx, tx, a, m.ID); err != nil {
		return Opened{}, nil, err
	}
	who := v.who()
	who.Member = m.ID
	if err := s.signTx(ctx, tx, p.Documents.V, audit.Act{
		Tenant: a.ID, Who: who, Pressed: "register", CodeID: c.ID.String(), Code: digits,
		Details: p.details(c),
	}); err != nil {
		return Opened{}, nil, err
	}
	if err := deleteRegistration(ctx, tx, c.ID); err != nil {
		return Opened{}, nil, err
	}
	if err := s.visitTx(ctx, tx, v, m.ID, VisitRegistered); err != nil {
		return Opened{}, nil, err
	}
	o, err = s.openTx(ctx, tx, v, m.ID, a.ID, Owner)
	return o, nil, err
}

// details tell the part of the evidence that came before the code: where and when the button was pressed.
func (p pending) details(c code) map[string]any {
	return map[string]any{
		"email": c.Email, "news": p.News, "pressed_at": p.CreatedAt.UTC().Format(time.RFC3339), "pressed_ip": p.IP, "pressed_user_agent": p.UserAgent,
	}
}

// signTx keeps one act of signature per document.
func (s *Service) signTx(ctx context.Context, tx *db.Tx, docs []audit.Document, act audit.Act) error {
	for _, d := range docs {
		act.Document = d
		if _, err := audit.RecordAct(ctx, tx, act); err != nil {
			return err
		}
	}
	return nil
}

// createAccountTx makes an account with its first owner.
func (s *Service) createAccountTx(ctx context.Context, tx *db.Tx, a Account, owner id.Member) error {
	if err := insertAccount(ctx, tx, a); err != nil {
		return err
	}
	if err := insertMembership(ctx, tx, a.ID, owner, Owner); err != nil {
		return err
	}
	return s.recordTx(ctx, tx, System(a.ID), "account.created", a.ID.String(), map[string]any{"owner": owner.String()})
}

func registrationOf(c code) Registration {
	return Registration{ID: RegistrationID(c.ID), Email: c.Email, ResendAt: c.SentAt.Add(ResendAfter), ExpiresAt: c.ExpiresAt}
}

func languageOf(l lang.Lang, v Visitor) lang.Lang {
	for _, l := range []lang.Lang{l, v.Lang} {
		if known, ok := lang.Parse(string(l)); ok {
			return known
		}
	}
	return lang.Russian
}

func insertRegistration(ctx context.Context, tx *db.Tx, p pending) error {
	_, err := db.Exec(ctx, tx, `
		INSERT INTO registrations (id, password_hash, news, documents, ip, user_agent, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		p.ID, p.PasswordHash, p.News, p.Documents, p.IP, p.UserAgent, tx.Now)
	if err != nil {
		return fmt.Errorf("insert registration: %w", err)
	}
	return nil
}

func getRegistration(ctx context.Context, q db.Querier, c codeID) (pending, error) {
	return db.One[pending](ctx, q, `
		SELECT id, password_hash, news, documents, ip, user_agent, created_at FROM registrations WHERE id = ?`, c)
}

func deleteRegistration(ctx context.Context, tx *db.Tx, c codeID) error {
	if _, err := db.Exec(ctx, tx, `DELETE FROM registrations WHERE id = ?`, c); err != nil {
		return fmt.Errorf("delete registration: %w", err)
	}
	return nil
}
