package email

import (
	"context"
	"encoding/binary"
	"errors"
	"hash/fnv"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"keruen/internal/channel"
	"keruen/internal/mail/mime"
	"keruen/internal/mail/mx"
	"keruen/internal/mail/smtp"
)

// Waits of reference/email-delivery.md §6.
const (
	firstWait     = 10 * time.Minute // doubled with each attempt
	maxWait       = 4 * time.Hour
	settingsWait  = 10 * time.Minute // a person has to mend something
	domainRecheck = time.Hour        // a zone that is being moved vanishes for less
	longWait      = time.Hour        // a bad name is not mended in minutes
	hurriedWait   = time.Minute
	busyWait      = 15 * time.Second
	cutWait       = 30 * time.Second
	maxTrouble    = 3 // attempts at a server that calls trouble of its own permanent
	maxFullWait   = 24 * time.Hour
)

var (
	greylistWaits = []time.Duration{5*time.Minute + 30*time.Second, 15 * time.Minute, 30 * time.Minute}
	fullWaits     = []time.Duration{2 * time.Hour, 8 * time.Hour, maxFullWait}
)

// maxDetail is the length of Verdict.Detail in bytes.
const maxDetail = 500

// judge turns an attempt into a verdict.
func (c *Channel) judge(m channel.Message, r route, a attempt) channel.Verdict {
	v := c.verdictOf(m, r, a)
	v.Site = r.label
	return v
}

func (c *Channel) verdictOf(m channel.Message, r route, a attempt) channel.Verdict {
	switch {
	case a.hold > 0 && a.hurried:
		return channel.Verdict{Outcome: channel.Later, Scope: scopes[RateLimited], Class: RateLimited, Detail: "not tried: the server asked for a pause",
			After: spread(m, a.hold), Free: true}
	case a.hold > 0:
		return channel.Verdict{Outcome: channel.Later, Scope: channel.ScopeNetwork, Class: Network, Detail: "not tried: the server is being left alone after failures",
			After: spread(m, a.hold), Free: true}
	case a.cut:
		return channel.Verdict{Outcome: channel.Later, Scope: channel.ScopeNetwork, Class: Network, Detail: "connections to the server ended because of other letters",
			After: spread(m, cutWait), Free: true}
	case a.busy:
		return channel.Verdict{Outcome: channel.Later, Scope: channel.ScopeNetwork, Class: SystemBusy, Detail: "not tried: all connections to the server are in use",
			After: spread(m, busyWait), Free: true}
	case a.Accepted():
		return channel.Took(queueID(a.Text))
	case a.Err != nil && !a.MaybeSent && isStop(a.Err):
		return stopped()
	}
	class := c.classify(a.Result, r.relay, m.Attempt <= 1)
	v := channel.Verdict{Class: class, Scope: scopes[class], Detail: scrub(detail(a.Result), m.To)}
	if a.MaybeSent {
		v.Outcome = channel.Unknown
		return v
	}
	c.decide(&v, m, a)
	if class == RateLimited || a.Code == 421 || a.Code/100 == 4 && !beganLetter(a.Stage) {
		r.site.hurried(askedDelay(a.Text))
	}
	return v
}

func isStop(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// decide says whether and when to try again. A permanent refusal is final, but for those which
// blame the path: other messages and other days do better, and the address did nothing wrong.
func (c *Channel) decide(v *channel.Verdict, m channel.Message, a attempt) {
	// Before MAIL the letter was not spoken of, so nothing is final.
	permanent := a.Code/100 == 5 && beganLetter(a.Stage)
	n := max(m.Attempt, 1)
	asked := askedDelay(a.Text)
	later := func(wait time.Duration, free bool) {
		v.Outcome, v.After, v.Free = channel.Later, wait, free
	}
	switch v.Class {
	case RateLimited:
		wait := max(asked, jitter(m, hurriedWait<<min(n-1, 5)))
		if permanent {
			wait = max(asked, jitter(m, longWait))
		}
		later(wait, true)
	case ReputationIP:
		later(max(asked, min(jitter(m, longWait<<min(n-1, 2)), maxWait)), false)
	case RelayAuth:
		later(max(asked, settingsWait), true)
	case Greylisted:
		later(greylistWait(m, n, asked), false)
	case Protocol, TLS, Network, DNSTemporary, Timeout, SystemBusy, RecipientBusy:
		// Servers call their own trouble permanent, too. It passes, or it does not.
		if permanent && n >= maxTrouble {
			v.Outcome = channel.Never
			return
		}
		later(max(asked, backoff(m, n)), a.Code/100 == 4 && !beganLetter(a.Stage))
	case MailboxFull:
		// A full mailbox is emptied or not, whether the server says 452 or 552.
		if n > len(fullWaits) {
			v.Outcome = channel.Never
			return
		}
		later(max(asked, min(jitter(m, fullWaits[n-1]), maxFullWait)), false)
	case AuthFailed, ReputationDomain:
		if permanent {
			v.Outcome = channel.Never
			return
		}
		later(max(asked, jitter(m, longWait)), false)
	default:
		if permanent {
			v.Outcome = channel.Never
			v.Suppress = v.Class == UserUnknown || v.Class == BadAddress
			return
		}
		later(max(asked, backoff(m, n)), a.Code/100 == 4 && !beganLetter(a.Stage))
	}
	if a.down > 0 {
		v.After = max(v.After, spread(m, a.down))
		if v.Class == Network || v.Class == Timeout {
			v.After = spread(m, a.down)
		}
	}
}

func beganLetter(s smtp.Stage) bool {
	return s == smtp.StageMail || s == smtp.StageRcpt || s == smtp.StageData || s == smtp.StageDot
}

// greylistWait is a little more than the server asked for, or the usual delays of greylisting.
func greylistWait(m channel.Message, n int, asked time.Duration) time.Duration {
	switch {
	case asked > 0:
		return min(asked+15*time.Second, maxWait)
	case n <= len(greylistWaits):
		return greylistWaits[n-1]
	}
	return backoff(m, n-len(greylistWaits))
}

func backoff(m channel.Message, n int) time.Duration {
	return min(jitter(m, firstWait<<min(n-1, 10)), maxWait)
}

// jitter moves a wait by up to a fifth to either side, always the same for one attempt of one message.
func jitter(m channel.Message, d time.Duration) time.Duration {
	return d + time.Duration((dice(m)-0.5)*0.4*float64(d))
}

// spread lengthens a wait by up to a fifth, so that what waits together does not return together.
func spread(m channel.Message, d time.Duration) time.Duration {
	return d + time.Second + time.Duration(dice(m)*0.2*float64(d))
}

// dice is a number from 0 to 1 that belongs to the attempt.
func dice(m channel.Message) float64 {
	h := fnv.New64a()
	b := binary.BigEndian.AppendUint64(nil, uint64(m.Ref.Part))
	b = binary.BigEndian.AppendUint32(b, uint32(m.Ref.Seq))
	b = binary.BigEndian.AppendUint32(b, uint32(m.Attempt))
	_, _ = h.Write(b)
	// The low bits of FNV mix better than the high ones.
	return float64(h.Sum64()%10_007) / 10_006
}

// askedDelay finds "in 300 seconds", "after 5 minutes", "00:05:00" in a reply. Zero: none.
func askedDelay(text string) time.Duration {
	text = strings.ToLower(text)
	if g := clockDelay.FindStringSubmatch(text); g != nil {
		return capDelay(number(g[1])*3600 + number(g[2])*60 + number(g[3]))
	}
	g := wordDelay.FindStringSubmatch(text)
	if g == nil {
		return 0
	}
	switch unit := g[2]; {
	case strings.HasPrefix(unit, "h"), strings.HasPrefix(unit, "ч"):
		return capDelay(number(g[1]) * 3600)
	case strings.HasPrefix(unit, "m"), strings.HasPrefix(unit, "м"):
		return capDelay(number(g[1]) * 60)
	}
	return capDelay(number(g[1]))
}

var (
	clockDelay = regexp.MustCompile(`\b(\d{1,2}):(\d{2}):(\d{2})\b`)
	wordDelay  = regexp.MustCompile(`(?:\b|^)(\d{1,6})\s*(seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|секунд\p{L}*|сек|минут\p{L}*|мин|час\p{L}*)(?:[^\p{L}\d]|$)`)
)

func number(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

func capDelay(seconds int) time.Duration { return min(time.Duration(seconds)*time.Second, maxWait) }

// noPlan is the verdict for a domain without a way to its mail servers.
func noPlan(m channel.Message, domain string, err error) channel.Verdict {
	v := channel.Verdict{Outcome: channel.Never, Scope: channel.ScopeRecipient, Class: DomainBad, Site: domain}
	switch {
	case errors.Is(err, mx.ErrNoDomain) && m.Attempt <= 1:
		v.Outcome, v.After, v.Detail = channel.Later, jitter(m, domainRecheck), "the domain does not exist; it is looked up once more"
	case errors.Is(err, mx.ErrNoDomain), errors.Is(err, mx.ErrName):
		v.Suppress, v.Detail = true, mx.ErrNoDomain.Error()
	case errors.Is(err, mx.ErrNullMX):
		v.Suppress, v.Detail = true, "5.1.10 "+mx.ErrNullMX.Error()
	case errors.Is(err, mx.ErrNoMail):
		v.Detail = mx.ErrNoMail.Error()
	case errors.Is(err, mx.ErrLoop), errors.Is(err, mx.ErrForbidden):
		v.Detail = plainCause(err)
	default:
		v = channel.Verdict{Outcome: channel.Later, Scope: channel.ScopeNetwork, Class: DNSTemporary, Detail: mx.ErrTemporary.Error(), After: backoff(m, max(m.Attempt, 1)), Site: domain}
	}
	return v
}

func plainCause(err error) string {
	if errors.Is(err, mx.ErrLoop) {
		return mx.ErrLoop.Error()
	}
	return mx.ErrForbidden.Error()
}

func badRecipient(m channel.Message) bool {
	_, err := mime.WireAddress(m.To)
	return err != nil
}

// detail is what the server said, or what happened.
func detail(r smtp.Result) string {
	if r.Err != nil {
		return plainError(r.Err)
	}
	return strings.TrimSpace(strings.Join(strings.Fields(strconv.Itoa(r.Code)+" "+r.Enhanced+" "+r.Text), " "))
}

var anyAddress = regexp.MustCompile(`[^\s<>()\[\]"',;:=/?&]+(?:@|%40)[^\s<>()\[\]"',;:=/?&]+`)

// scrub takes e-mail addresses out of a stranger's text, and the recipient's local part where it
// stands alone, and cuts the text to size.
func scrub(text, to string) string {
	text = strings.ToValidUTF8(text, "?")
	if strings.Contains(text, "@") || strings.Contains(text, "%40") {
		text = anyAddress.ReplaceAllString(text, hidden)
	}
	if i := strings.LastIndexByte(to, '@'); i >= 4 {
		text = hideWord(text, to[:i])
	}
	if len(text) <= maxDetail {
		return text
	}
	n := maxDetail
	for !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n]
}

// hidden stands in the place of an address.
const hidden = "<address>"

// hideWord replaces a word, in whatever case, where no letter or digit adjoins it.
func hideWord(text, word string) string {
	var out strings.Builder
	from := 0
	for i := 0; i+len(word) <= len(text); {
		if !standsAlone(text, i, i+len(word)) || !strings.EqualFold(text[i:i+len(word)], word) {
			i++
			continue
		}
		out.WriteString(text[from:i])
		out.WriteString(hidden)
		i += len(word)
		from = i
	}
	if from == 0 {
		return text
	}
	return out.String() + text[from:]
}

func standsAlone(text string, from, to int) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:from])
	after, _ := utf8.DecodeRuneInString(text[to:])
	return !wordRune(before) && !wordRune(after)
}

func wordRune(r rune) bool { return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r)) }

var queued = regexp.MustCompile(`(?i)(?:queued as|queued mail for delivery|\bid=|\bid:? |message accepted for delivery )\s*<?([A-Za-z0-9][A-Za-z0-9._-]{3,79})`)

// queueID finds the name under which the server keeps the letter; empty when it gave none.
func queueID(text string) string {
	if g := queued.FindStringSubmatch(text); g != nil {
		return g[1]
	}
	return ""
}

// tooManyLetters tells a server that ends a connection because of the number of letters from
// one that is busy: it is our limit that is too high.
func tooManyLetters(r smtp.Result) bool {
	t := strings.ToLower(r.Text)
	return r.Code == 421 && manyWords(t) && (strings.Contains(t, "session") || strings.Contains(t, "per connection") || strings.Contains(t, "messages"))
}

// tooManyConnections tells that the server counts our connections and finds them too many.
func tooManyConnections(text string) bool {
	t := strings.ToLower(text)
	return manyWords(t) && strings.Contains(t, "connections")
}

func manyWords(t string) bool {
	return strings.Contains(t, "too many") || strings.Contains(t, "limit") || strings.Contains(t, "exceed") || strings.Contains(t, "maximum")
}
