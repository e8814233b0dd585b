package access

import (
	"context"
	"errors"
	"fmt"
	"time"

	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/page"
	"keruen/internal/secret"
)

type sessionKind struct{}

func (sessionKind) Prefix() string { return "ses" }

// SessionID identifies a session. It is not its token.
type SessionID = id.Of[sessionKind]

type visitKind struct{}

func (visitKind) Prefix() string { return "vis" }

// VisitID identifies one try to sign in.
type VisitID = id.Of[visitKind]

// How long a session lives: without being used, and in all.
const (
	SessionIdle = 30 * 24 * time.Hour
	SessionLife = 90 * 24 * time.Hour
	// seenStep is how exactly the last use is known; it saves a write per request.
	seenStep = time.Minute
)

// ErrSession is returned for a session that has ended.
var ErrSession = errs.ErrUnauthenticated

// Opened is a session just begun or renewed: the token goes to the browser's cookie and is kept nowhere.
type Opened struct {
	Token     string
	ExpiresAt time.Time
	Actor     Actor
}

// Session is one browser that is signed in.
type Session struct {
	ID        SessionID
	Member    id.Member `db:"member_id"`
	Tenant    id.Tenant `db:"tenant_id"`
	IP        string
	UserAgent string
	CreatedAt time.Time
	SeenAt    time.Time // to the minute
	ExpiresAt time.Time
	Current   bool `db:"-"`
}

// Visit is one try to sign in.
type Visit struct {
	ID        VisitID
	At        time.Time
	IP        string
	UserAgent string
	Browser   string // "Chrome, Windows"
	Result    VisitResult
}

// VisitResult says how a try to sign in ended.
type VisitResult string

// Results of visits.
const (
	VisitDone        VisitResult = "signed_in"
	VisitPassword    VisitResult = "wrong_password"
	VisitFactor      VisitResult = "wrong_second_factor"
	VisitRegistered  VisitResult = "registered"
	VisitInvited     VisitResult = "joined"
	VisitSignedOut   VisitResult = "signed_out"
	VisitNewPassword VisitResult = "password_reset"
)

// openTx begins a session of a member in an account.
func (s *Service) openTx(ctx context.Context, tx *db.Tx, v Visitor, m id.Member, t id.Tenant, r Role) (Opened, error) {
	token := secret.NewToken()
	ses := Session{
		ID: id.New[sessionKind](), Member: m, Tenant: t, IP: v.ip(), UserAgent: v.agent(),
		CreatedAt: tx.Now, SeenAt: tx.Now, ExpiresAt: tx.Now.Add(SessionLife),
	}
	if err := insertSession(ctx, tx, ses, secret.Hash(token)); err != nil {
		return Opened{}, err
	}
	return Opened{Token: token, ExpiresAt: ses.ExpiresAt, Actor: ses.actor(v, r)}, nil
}

// renewSessionTx gives a session a new token, which is due whenever its power changes, so that a token that
// leaked before is worth nothing after.
func (s *Service) renewSessionTx(ctx context.Context, tx *db.Tx, who Actor) (Opened, error) {
	token := secret.NewToken()
	n, err := db.Exec(ctx, tx, `UPDATE sessions SET hash = ?, tenant_id = ? WHERE id = ? AND member_id = ?`,
		secret.Hash(token), who.Tenant, who.Session, who.Member)
	if err != nil {
		return Opened{}, fmt.Errorf("renew session: %w", err)
	}
	if n == 0 {
		return Opened{}, ErrSession
	}
	ses, err := getSession(ctx, tx, who.Member, who.Session)
	if err != nil {
		return Opened{}, err
	}
	return Opened{Token: token, ExpiresAt: ses.ExpiresAt, Actor: who}, nil
}

func (ses Session) actor(v Visitor, r Role) Actor {
	return Actor{
		Tenant: ses.Tenant, Member: ses.Member, Session: ses.ID, Via: BySession, Role: r, IP: v.IP.Unmap(), UserAgent: v.agent(),
	}
}

// Authenticate returns the actor of a session's token, with the role the member has now. It is
// ErrSession when the session has ended, was revoked, or the member has left the account.
func (s *Service) Authenticate(ctx context.Context, v Visitor, token string) (Actor, error) {
	ses, err := db.One[struct {
		Session
		Role  Role
		Staff Staff
	}](ctx, s.db, `
		SELECT s.id, s.member_id, s.tenant_id, s.ip, s.user_agent, s.created_at, s.seen_at, s.expires_at, m.role, coalesce(f.role, '') AS staff
		FROM sessions s JOIN memberships m ON m.tenant_id = s.tenant_id AND m.member_id = s.member_id
		LEFT JOIN staff f ON f.member_id = s.member_id
		WHERE s.hash = ?`, secret.Hash(token))
	if errors.Is(err, errs.ErrNotFound) {
		return Actor{}, ErrSession
	}
	if err != nil {
		return Actor{}, fmt.Errorf("authenticate: %w", err)
	}
	now := s.clock.Now()
	if !now.Before(ses.ExpiresAt) || !now.Before(ses.SeenAt.Add(SessionIdle)) {
		return Actor{}, ErrSession
	}
	if now.Sub(ses.SeenAt) >= seenStep {
		if err := s.touch(ctx, v, ses.ID); err != nil {
			return Actor{}, err
		}
	}
	who := ses.actor(v, ses.Role)
	who.Staff = ses.Staff
	return who, nil
}

func (s *Service) touch(ctx context.Context, v Visitor, ses SessionID) error {
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := db.Exec(ctx, tx, `UPDATE sessions SET seen_at = ?, ip = ?, user_agent = ? WHERE id = ?`,
			tx.Now, v.ip(), v.agent(), ses)
		if err != nil {
			return fmt.Errorf("touch session: %w", err)
		}
		return nil
	})
}

// SignOut ends the actor's session. Doing it twice changes nothing.
func (s *Service) SignOut(ctx context.Context, who Actor) error {
	if err := who.person(); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := deleteSession(ctx, tx, who.Member, who.Session); err != nil {
			return err
		}
		return s.visitTx(ctx, tx, visitorOf(who), who.Member, VisitSignedOut)
	})
}

// ListSessions returns the actor's own sessions that have not ended, the latest used first.
func (s *Service) ListSessions(ctx context.Context, who Actor) ([]Session, error) {
	if err := who.person(); err != nil {
		return nil, err
	}
	now := s.clock.Now()
	all, err := db.All[Session](ctx, s.db, `
		SELECT id, member_id, tenant_id, ip, user_agent, created_at, seen_at, expires_at
		FROM sessions
		WHERE member_id = ? AND expires_at > ? AND seen_at > ?
		ORDER BY seen_at DESC, id DESC
		LIMIT 100`, who.Member, now, now.Add(-SessionIdle))
	if err != nil {
		return nil, fmt.Errorf("list sessions: %w", err)
	}
	for i := range all {
		all[i].Current = all[i].ID == who.Session
	}
	return all, nil
}

// RevokeSession ends one of the actor's own sessions, the present one too.
func (s *Service) RevokeSession(ctx context.Context, who Actor, ses SessionID) error {
	if err := who.person(); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := deleteSession(ctx, tx, who.Member, ses)
		if err != nil {
			return err
		}
		if n == 0 {
			return errs.ErrNotFound
		}
		return s.recordTx(ctx, tx, who, "session.revoked", ses.String(), nil)
	})
}

// RevokeOtherSessions ends all of the actor's sessions but the present one and returns how many.
func (s *Service) RevokeOtherSessions(ctx context.Context, who Actor) (ended int64, err error) {
	if err := who.person(); err != nil {
		return 0, err
	}
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if ended, err = endSessions(ctx, tx, who.Member, who.Session); err != nil {
			return err
		}
		return s.recordTx(ctx, tx, who, "sessions.revoked", "", map[string]any{"count": ended})
	})
	return ended, err
}

// ListVisits returns one page of the actor's own visits, the newest first.
func (s *Service) ListVisits(ctx context.Context, who Actor, ask page.Ask) (page.Of[Visit], error) {
	if err := who.person(); err != nil {
		return page.Of[Visit]{}, err
	}
	w := db.Where("member_id = ?", who.Member)
	if ask.After > 0 {
		w.And("id < ?", ask.After)
	}
	rows, err := db.All[Visit](ctx, s.db, `
		SELECT id, at, ip, user_agent, browser, result
		FROM visits
		WHERE `+w.SQL()+`
		ORDER BY id DESC
		LIMIT ?`, w.Args(ask.Limit+1)...)
	if err != nil {
		return page.Of[Visit]{}, fmt.Errorf("list visits: %w", err)
	}
	return page.Cut(rows, ask, func(v Visit) int64 { return int64(v.ID) }), nil
}

// visitTx writes a try down. The member is zero when nobody has the address that was tried: the row is
// written all the same, so that both cases take the same work.
func (s *Service) visitTx(ctx context.Context, tx *db.Tx, v Visitor, m id.Member, r VisitResult) error {
	_, err := db.Exec(ctx, tx, `
		INSERT INTO visits (id, member_id, at, ip, user_agent, browser, result) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		id.New[visitKind](), m, tx.Now, v.ip(), v.agent(), Browser(v.agent()), r)
	if err != nil {
		return fmt.Errorf("record visit: %w", err)
	}
	return nil
}

func visitorOf(who Actor) Visitor { return Visitor{IP: who.IP, UserAgent: who.UserAgent} }

func insertSession(ctx context.Context, tx *db.Tx, ses Session, hash string) error {
	_, err := db.Exec(ctx, tx, `
		INSERT INTO sessions (id, member_id, tenant_id, hash, ip, user_agent, created_at, seen_at, expires_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		ses.ID, ses.Member, ses.Tenant, hash, ses.IP, ses.UserAgent, ses.CreatedAt, ses.SeenAt, ses.ExpiresAt)
	if err != nil {
		return fmt.Errorf("insert session: %w", err)
	}
	return nil
}

func getSession(ctx context.Context, q db.Querier, m id.Member, ses SessionID) (Session, error) {
	return db.One[Session](ctx, q, `
		SELECT id, member_id, tenant_id, ip, user_agent, created_at, seen_at, expires_at
		FROM sessions
		WHERE member_id = ? AND id = ?`, m, ses)
}

func deleteSession(ctx context.Context, tx *db.Tx, m id.Member, ses SessionID) (int64, error) {
	n, err := db.Exec(ctx, tx, `DELETE FROM sessions WHERE member_id = ? AND id = ?`, m, ses)
	if err != nil {
		return 0, fmt.Errorf("delete session: %w", err)
	}
	return n, nil
}

// endSessions ends every session of a member but one, which may be zero.
func endSessions(ctx context.Context, tx *db.Tx, m id.Member, but SessionID) (int64, error) {
	n, err := db.Exec(ctx, tx, `DELETE FROM sessions WHERE member_id = ? AND id <> ?`, m, int64(but))
	if err != nil {
		return 0, fmt.Errorf("end sessions: %w", err)
	}
	return n, nil
}
