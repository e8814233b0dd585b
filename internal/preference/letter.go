package preference

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"keruen/internal/access"
	"keruen/internal/channel"
	"keruen/internal/contact"
	"keruen/internal/content"
	"keruen/internal/db"
	"keruen/internal/delivery"
	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/jobs"
	"keruen/internal/lang"
	"keruen/internal/page"
)

type askIDKind struct{}

func (askIDKind) Prefix() string { return "pfa" }

// AskID identifies a letter that somebody asked for.
type AskID = id.Of[askIDKind]

// askKind is what a letter is for.
type askKind string

const (
	askLink    askKind = "link"    // opens the preference page
	askAddress askKind = "address" // confirms a new address
)

// How long links of asked-for letters work.
const (
	LinkLife    = 24 * time.Hour
	AddressLife = 48 * time.Hour
)

// Purposes of the keys that sign these links and seal the addresses.
const (
	signAsk = "preference.link"
	sealAsk = "preference.ask"
)

const askTokenVersion = 1

// Errors of links that were asked for.
var (
	ErrSender  = errs.New(errs.Unavailable, "preference.no_sender", "Letters cannot be sent from here at the moment. Use the link in any letter that you got.")
	ErrTaken   = errs.New(errs.Conflict, "preference.address_taken", "This address gets letters from here already. Its settings are its own.")
	ErrSame    = errs.New(errs.Invalid, "preference.same_address", "This is the address that is in use already.")
	ErrAddress = errs.New(errs.Invalid, "preference.address", "This is not an e-mail address.")
)

// Rates of letters that anybody may ask for. Addresses that nobody has are held to the same, so the limits tell nothing.
func askRates(s *Service, t id.Tenant, ip netip.Addr, key string) []access.Limit {
	return []access.Limit{
		{Name: "preference_ip", Key: access.Network(ip), Burst: 10, Every: 6 * time.Minute},
		{Name: "preference_to", Key: t.String() + s.Access.AddressKey(key), Burst: 3, Every: time.Hour},
	}
}

// Public is what the page says on which a link is asked for.
type Public struct {
	Tenant  id.Tenant
	Account string
	Design  Design
	PageKey string
	Lang    lang.Lang
}

// ByKey opens the public page of an account, which works without any message. errs.ErrNotFound when there is none.
func (s *Service) ByKey(ctx context.Context, pageKey string) (Public, error) {
	t, err := ofKey(ctx, s.DB, pageKey)
	if err != nil {
		return Public{}, fmt.Errorf("open preference page: %w", err)
	}
	p, err := s.page(ctx, t)
	if err != nil {
		return Public{}, fmt.Errorf("open preference page: %w", err)
	}
	account, err := s.Access.GetAccount(ctx, access.System(t))
	if err != nil {
		return Public{}, fmt.Errorf("open preference page: %w", err)
	}
	return Public{Tenant: t, Account: account.Name, Design: p.Published, PageKey: p.Key, Lang: account.Lang}, nil
}

// AskLink has a letter with a link to the page sent to an address, if the account knows it. The answer is the same whether it does
// or not, and comes as fast: a job looks the address up. access.ErrTooOften for too many tries from one network only.
func (s *Service) AskLink(ctx context.Context, p Public, address string, l lang.Lang, v delivery.Visit) error {
	a, err := contact.ParseEmail(address)
	if err != nil {
		return ErrAddress
	}
	if _, err := s.sender(ctx, p.Tenant); err != nil {
		return err
	}
	ip, _ := netip.ParseAddr(v.IP)
	rates := askRates(s, p.Tenant, ip, a.Key)
	if err := s.Access.TakeLimits(ctx, rates[0]); err != nil {
		return err
	}
	if err := s.Access.TakeLimits(ctx, rates[1]); errors.Is(err, access.ErrTooOften) {
		return nil // whose mailbox it is must not learn more from us than three letters
	} else if err != nil {
		return err
	}
	err = s.DB.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := s.askTx(ctx, tx, ask{Tenant: p.Tenant, Kind: askLink, Lang: string(l), IP: v.IP, UserAgent: v.UserAgent}, a.Given, LinkLife)
		return err
	})
	if err != nil {
		return fmt.Errorf("ask for a link: %w", err)
	}
	return nil
}

// AskAddress has a letter sent to a new address of the person, which confirms it. Nothing changes before.
func (s *Service) AskAddress(ctx context.Context, e Entry, address string, l lang.Lang, v delivery.Visit) error {
	a, err := contact.ParseEmail(address)
	if err != nil {
		return ErrAddress
	}
	c, err := s.Contacts.Get(ctx, access.System(e.Tenant), e.Contact)
	if err != nil {
		return fmt.Errorf("ask for a new address: %w", err)
	}
	if c.EmailKey == a.Key {
		return ErrSame
	}
	if _, err := s.sender(ctx, e.Tenant); err != nil {
		return err
	}
	ip, _ := netip.ParseAddr(v.IP)
	rates := askRates(s, e.Tenant, ip, a.Key)
	rates = append(rates, access.Limit{Name: "preference_who", Key: e.Contact.String(), Burst: 5, Every: time.Hour})
	if err := s.Access.TakeLimits(ctx, rates...); err != nil {
		return err
	}
	err = s.DB.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := s.askTx(ctx, tx, ask{Tenant: e.Tenant, Kind: askAddress, Contact: e.Contact, Lang: string(l), IP: v.IP, UserAgent: v.UserAgent}, a.Given, AddressLife)
		return err
	})
	if err != nil {
		return fmt.Errorf("ask for a new address: %w", err)
	}
	return nil
}

// askTx puts an ask on record and has its letter written.
func (s *Service) askTx(ctx context.Context, tx *db.Tx, a ask, address string, life time.Duration) (AskID, error) {
	a.ID, a.At, a.Expires = id.New[askIDKind](), tx.Now, tx.Now.Add(life)
	a.Address = s.Keys.Seal(sealAsk, []byte(address), a.bound())
	if err := insertAsk(ctx, tx, a); err != nil {
		return 0, err
	}
	_, err := s.Queue.EnqueueTx(ctx, tx, jobs.Task{Tenant: a.Tenant, Kind: letterJob, Args: letterArgs{Tenant: a.Tenant, Ask: a.ID}})
	return a.ID, err
}

func (a ask) bound() []byte {
	return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(nil, uint64(a.Tenant)), uint64(a.ID))
}

func (s *Service) address(a ask) (string, error) {
	b, err := s.Keys.Open(sealAsk, a.Address, a.bound())
	return string(b), err
}

func (s *Service) token(a ask) string {
	return s.Keys.Sign(signAsk, append([]byte{askTokenVersion}, a.bound()...))
}

// byToken reads the ask of a link that is still good.
func (s *Service) byToken(ctx context.Context, q db.Querier, token string, kind askKind) (ask, error) {
	b, err := s.Keys.Verify(signAsk, token)
	if err != nil || len(b) != 17 || b[0] != askTokenVersion {
		return ask{}, delivery.ErrLink.Because(err)
	}
	a, err := readAsk(ctx, q, id.Tenant(binary.BigEndian.Uint64(b[1:9])), AskID(binary.BigEndian.Uint64(b[9:])))
	if errors.Is(err, errs.ErrNotFound) {
		return ask{}, delivery.ErrLink
	}
	if err != nil {
		return ask{}, err
	}
	if a.Kind != kind || a.Contact == 0 || !s.Clock.Now().Before(a.Expires) {
		return ask{}, delivery.ErrLink
	}
	return a, nil
}

// ByLetter opens the page by the link of a letter that was asked for.
func (s *Service) ByLetter(ctx context.Context, token string) (Entry, error) {
	a, err := s.byToken(ctx, s.DB, token, askLink)
	if err != nil {
		return Entry{}, err
	}
	return Entry{Tenant: a.Tenant, Contact: a.Contact, ask: a.ID}, nil
}

// Moving is what the page that confirms an address shows.
type Moving struct {
	Show
	To   string // masked
	Done bool
}

// ShowAddress tells what a link that confirms an address is about. It changes nothing: scanners follow links.
func (s *Service) ShowAddress(ctx context.Context, token string, language lang.Lang) (Moving, error) {
	a, err := s.byToken(ctx, s.DB, token, askAddress)
	if err != nil {
		return Moving{}, err
	}
	if language == "" {
		language = lang.Lang(a.Lang)
	}
	show, err := s.Show(ctx, Entry{Tenant: a.Tenant, Contact: a.Contact}, language)
	if err != nil || !a.Done.IsZero() {
		return Moving{Show: show, Done: err == nil}, err
	}
	to, err := s.address(a)
	if err != nil {
		return Moving{}, fmt.Errorf("show new address: %w", err)
	}
	return Moving{Show: show, To: contact.Mask(to)}, nil
}

// ConfirmAddress makes the new address the contact's. Consents and choices go along: they are the person's. A repeat changes
// nothing. ErrTaken when another contact has the address.
func (s *Service) ConfirmAddress(ctx context.Context, token string, v delivery.Visit) error {
	err := s.DB.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		a, err := s.byToken(ctx, tx, token, askAddress)
		if err != nil || !a.Done.IsZero() {
			return err
		}
		to, err := s.address(a)
		if err != nil {
			return err
		}
		if err := s.Contacts.ForgetGuestTx(ctx, tx, a.Tenant, a.Guest, a.Consent); err != nil {
			return err
		}
		if _, err := finishAsk(ctx, tx, a); err != nil {
			return err
		}
		return s.correctTx(ctx, tx, Entry{Tenant: a.Tenant, Contact: a.Contact, ask: a.ID}, contact.Change{Email: &to}, v)
	})
	if errors.Is(err, contact.ErrEmailTaken) {
		return ErrTaken.Because(err)
	}
	if err != nil {
		return fmt.Errorf("confirm new address: %w", err)
	}
	return nil
}

// sender is what letters of service leave from: the account's first e-mail sender that is not paused, or ErrSender.
func (s *Service) sender(ctx context.Context, t id.Tenant) (channel.SenderID, error) {
	all, err := s.Senders.List(ctx, access.System(t), channel.Email, page.Ask{Limit: page.MaxLimit})
	if err != nil {
		return 0, err
	}
	for _, snd := range all.Items {
		if !snd.Paused {
			return snd.ID, nil
		}
	}
	return 0, ErrSender
}

const (
	letterJob = "preference.letter"
	sweepJob  = "preference.sweep"
)

type letterArgs struct {
	Tenant id.Tenant `json:"tenant"`
	Ask    AskID     `json:"ask"`
}

const sweepEvery = time.Hour

func (s *Service) registerJobs() {
	jobs.Register(s.Queue, letterJob, func(ctx context.Context, _ *jobs.Job, a letterArgs) error { return s.write(ctx, a) })
	jobs.Register(s.Queue, sweepJob, func(ctx context.Context, _ *jobs.Job, _ struct{}) error {
		if err := s.Sweep(ctx); err != nil {
			return err
		}
		return jobs.Snooze(sweepEvery) // the one task goes on for ever
	})
}

// Sweep forgets asks whose time is over, with the guests and consents that were there for their letters only. Running it twice
// changes nothing.
func (s *Service) Sweep(ctx context.Context) error {
	for more := true; more; {
		err := s.DB.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
			list, err := expiredAsks(ctx, tx)
			if err != nil {
				return err
			}
			more = len(list) > 0
			for _, a := range list {
				if err := s.forgetTx(ctx, tx, a); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("sweep asks: %w", err)
		}
	}
	return nil
}

func (s *Service) forgetTx(ctx context.Context, tx *db.Tx, a ask) error {
	if a.Guest != 0 {
		if err := s.Contacts.ForgetGuestTx(ctx, tx, a.Tenant, a.Guest, a.Consent); err != nil {
			return err
		}
	}
	return deleteAsk(ctx, tx, a)
}

// ForgetTx removes everything about a person, for its erasure: also what was asked for by an address that no job has looked up yet.
func (s *Service) ForgetTx(ctx context.Context, tx *db.Tx, p contact.Person) error {
	list, err := s.asksOfPerson(ctx, tx, p)
	if err != nil {
		return fmt.Errorf("forget contact: %w", err)
	}
	for _, a := range list {
		if err := s.forgetTx(ctx, tx, a); err != nil {
			return fmt.Errorf("forget contact: %w", err)
		}
	}
	return nil
}

// Asked is a letter that a person asked for, for the copy of everything known about it.
type Asked struct {
	At        time.Time
	Kind      string // link, address
	Address   string // the new address that waits to be confirmed; else empty
	IP        string
	UserAgent string
}

// Tell returns which letters a person asked for; they are kept until their links end.
func (s *Service) Tell(ctx context.Context, p contact.Person) ([]Asked, error) {
	list, err := s.asksOfPerson(ctx, s.DB, p)
	if err != nil {
		return nil, fmt.Errorf("tell of asks: %w", err)
	}
	out := make([]Asked, len(list))
	for i, a := range list {
		out[i] = Asked{At: a.At, Kind: string(a.Kind), IP: a.IP, UserAgent: a.UserAgent}
		if a.Address == nil {
			continue
		}
		if out[i].Address, err = s.address(a); err != nil {
			return nil, fmt.Errorf("tell of asks: %w", err)
		}
	}
	return out, nil
}

// asksOfPerson returns the asks under any number of a person, and those with its address whose contact is not looked up yet. Addresses are
// sealed, so these are opened one by one; they are the letters of the last moments.
func (s *Service) asksOfPerson(ctx context.Context, q db.Querier, p contact.Person) ([]ask, error) {
	list, err := asksOf(ctx, q, p.Tenant, p.IDs)
	if err != nil {
		return nil, err
	}
	open, err := asksOfNobody(ctx, q, p.Tenant)
	if err != nil {
		return nil, err
	}
	for _, a := range open {
		address, err := s.address(a)
		if err != nil {
			return nil, err
		}
		if p.Mentions(address) {
			list = append(list, a)
		}
	}
	return list, nil
}

// Start makes sure that the sweep waits in the queue. It is called at each start, on every node.
func (s *Service) Start(ctx context.Context) error {
	return s.DB.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := s.Queue.EnqueueTx(ctx, tx, jobs.Task{Kind: sweepJob, Args: struct{}{}, UniqueKey: "only"})
		return err
	})
}

// write hands one letter to the pipeline. It may run twice: the pipeline knows the letter by the ask.
func (s *Service) write(ctx context.Context, args letterArgs) error {
	a, err := readAsk(ctx, s.DB, args.Tenant, args.Ask)
	if errors.Is(err, errs.ErrNotFound) || err == nil && (!a.Done.IsZero() || !s.Clock.Now().Before(a.Expires)) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("write letter: %w", err)
	}
	from, err := s.sender(ctx, a.Tenant)
	if errors.Is(err, ErrSender) {
		return jobs.Snooze(time.Minute)
	}
	if err != nil {
		return fmt.Errorf("write letter: %w", err)
	}
	address, err := s.address(a)
	if err != nil {
		return jobs.Cancel(fmt.Errorf("write letter: %w", err))
	}
	err = s.DB.InTx(ctx, func(ctx context.Context, tx *db.Tx) error { return s.writeTx(ctx, tx, a, address, from) })
	if err != nil {
		return fmt.Errorf("write letter: %w", err)
	}
	return nil
}

func (s *Service) writeTx(ctx context.Context, tx *db.Tx, a ask, address string, from channel.SenderID) error {
	l, _ := lang.Parse(a.Lang)
	w := letterWords[a.Kind]
	if a.Kind == askLink {
		who, err := s.Contacts.FindEmailTx(ctx, tx, a.Tenant, address)
		if err != nil {
			return err
		}
		if a.Contact = who; who == 0 { // nobody has it: nothing is sent, and nobody is told
			_, err = finishAsk(ctx, tx, a)
			return err
		}
	}
	to, err := s.Contacts.EnsureGuestTx(ctx, tx, a.Tenant, address, contact.Proof{
		Source: contact.PreferencePage, Wording: w.consent.In(l), IP: a.IP, UserAgent: a.UserAgent, Evidence: map[string]string{"ask": a.ID.String(), "page": "preferences"},
	})
	if err != nil {
		return err
	}
	if to.Stopped != "" { // who complained or left even messages of service is not written to
		_, err = finishAsk(ctx, tx, a)
		return err
	}
	a.Guest, a.Consent = to.Contact, to.Consent
	if a.Kind == askLink {
		a.Address, a.Done = nil, tx.Now
	}
	if err := saveAsk(ctx, tx, a); err != nil {
		return err
	}
	_, err = s.Delivery.SubmitTx(ctx, tx, delivery.Single{
		Tenant: a.Tenant, Contact: to.Contact, Sender: from, Purpose: channel.Transactional, Letter: w.note(l, s.BaseURL).Letter(),
		Vars: map[string]string{"token": s.token(a)}, Kind: "preference", NotAfter: a.Expires, Key: "preference " + a.ID.String(),
	})
	return err
}

// words of one letter.
type letterText struct {
	subject, lead, button, after, consent lang.Text
	path                                  string
}

func (w letterText) note(l lang.Lang, base string) content.Note {
	return content.Note{Lang: l, Subject: w.subject.In(l), Heading: w.subject.In(l), Lead: w.lead.In(l), Button: w.button.In(l), URL: base + w.path + "{{token}}", After: w.after.In(l)}
}

var letterWords = map[askKind]letterText{
	askLink: {
		subject: lang.Text{Ru: "Ваша подписка на «{{account_name}}»", Kk: "Сіздің «{{account_name}}» жазылымыңыз", En: "Your subscription to “{{account_name}}”"},
		lead: lang.Text{Ru: "Вы попросили ссылку на настройки подписки. Там можно выбрать темы и каналы, сделать паузу, исправить свои данные или отписаться от всего.",
			Kk: "Сіз жазылым баптауларына сілтеме сұрадыңыз. Онда тақырыптар мен арналарды таңдауға, үзіліс жасауға, деректеріңізді түзетуге немесе барлығынан бас тартуға болады.",
			En: "You asked for a link to your subscription. There you can choose topics and channels, pause, correct your data, or leave everything."},
		button: lang.Text{Ru: "Открыть настройки", Kk: "Баптауларды ашу", En: "Open the settings"},
		after: lang.Text{Ru: "Ссылка работает 24 часа. Никому её не пересылайте. Если вы её не просили, ничего делать не нужно.",
			Kk: "Сілтеме 24 сағат жұмыс істейді. Оны ешкімге жібермеңіз. Егер сіз оны сұрамаған болсаңыз, ештеңе істеудің қажеті жоқ.",
			En: "The link works for 24 hours. Do not forward it. If you did not ask for it, there is nothing to do."},
		consent: lang.Text{Ru: "Пришлите мне ссылку на мои настройки подписки", Kk: "Маған жазылым баптауларына сілтеме жіберіңіз", En: "Send me a link to my subscription settings"},
		path:    LinkPath,
	},
	askAddress: {
		subject: lang.Text{Ru: "Подтвердите новый адрес для «{{account_name}}»", Kk: "«{{account_name}}» үшін жаңа мекенжайды растаңыз", En: "Confirm your new address for “{{account_name}}”"},
		lead: lang.Text{Ru: "Кто-то — надеемся, вы — попросил присылать письма «{{account_name}}» на этот адрес вместо прежнего. Нажмите кнопку, чтобы подтвердить.",
			Kk: "Біреу (сіз деп үміттенеміз) «{{account_name}}» хаттарын бұрынғының орнына осы мекенжайға жіберуді сұрады. Растау үшін түймені басыңыз.",
			En: "Somebody, we hope you, asked for letters of “{{account_name}}” to come to this address instead of the old one. Press the button to confirm."},
		button: lang.Text{Ru: "Подтвердить адрес", Kk: "Мекенжайды растау", En: "Confirm the address"},
		after: lang.Text{Ru: "Ссылка работает 48 часов. Если вы об этом не просили, ничего делать не нужно: без подтверждения ничего не изменится.",
			Kk: "Сілтеме 48 сағат жұмыс істейді. Егер сіз бұны сұрамаған болсаңыз, ештеңе істеудің қажеті жоқ: растаусыз ештеңе өзгермейді.",
			En: "The link works for 48 hours. If you did not ask for this, there is nothing to do: nothing changes without a confirmation."},
		consent: lang.Text{Ru: "Пришлите письмо с подтверждением на мой новый адрес", Kk: "Менің жаңа мекенжайыма растау хатын жіберіңіз", En: "Send a letter to confirm my new address"},
		path:    AddressPath,
	},
}

// Where the links of these letters lead; track serves them.
const (
	LinkPath    = "/p/pref/me/"
	AddressPath = "/p/pref/address/"
	PublicPath  = "/p/pref/"
)

// LogoPath is the address of a picture of a page.
func LogoPath(pageKey string, l LogoID) string { return PublicPath + pageKey + "/logo/" + l.String() }
