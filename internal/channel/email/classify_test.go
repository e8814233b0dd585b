package email

import (
	"context"
	"errors"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"keruen/internal/channel"
	"keruen/internal/channel/email/shape"
	"keruen/internal/clock"
	"keruen/internal/mail/mx"
	"keruen/internal/mail/smtp"
)

type noResolver struct{}

func (noResolver) Plan(context.Context, string) (mx.Plan, error) { return mx.Plan{}, mx.ErrTemporary }

func unit(t testing.TB) *Channel {
	t.Helper()
	c, err := New(Config{Clock: clock.NewFake(time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)), Resolver: noResolver{}, Settings: func(channel.Sender) ([]byte, error) { return nil, nil }})
	require.NoError(t, err)
	return c
}

// reply makes the result of "550 5.1.1 text" at RCPT.
func reply(line string) smtp.Result {
	f := strings.SplitN(line, " ", 3)
	code, _ := strconv.Atoi(f[0])
	r := smtp.Result{Stage: smtp.StageRcpt, Reply: smtp.Reply{Code: code}}
	if len(f) > 1 && strings.Count(f[1], ".") == 2 && strings.Trim(f[1], "0123456789.") == "" {
		r.Enhanced = f[1]
		f = append(f[:1], f[2:]...)
	}
	r.Text = strings.Join(f[1:], " ")
	return r
}

// MSG-4: the wording is ours, after the ways in which servers of the world put it.
func TestRepliesAreUnderstood(t *testing.T) {
	t.Parallel()
	c := unit(t)
	for line, want := range map[string]string{
		"550 5.1.1 The email account that you tried to reach does not exist. Please try double-checking the address": UserUnknown,
		"550 5.1.1 <a@b.c>: Recipient address rejected: User unknown in virtual mailbox table":                       UserUnknown,
		"550 5.1.1 No such user here":                                                                   UserUnknown,
		"550 Requested action not taken: mailbox unavailable, no such mailbox":                          UserUnknown,
		"550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup":         UserUnknown,
		"550 5.1.1 unlisted address":                                                                    UserUnknown,
		"554 delivery error: dd This user doesn't have an account":                                      UserUnknown,
		"550 пользователь не найден":                                                                    UserUnknown,
		"550 5.1.1 Нет такого пользователя":                                                             UserUnknown,
		"550 Message was not accepted -- invalid mailbox. Local mailbox is unavailable: user not found": UserUnknown,
		"551 User not local": UserUnknown,
		"450 4.1.1 Recipient address rejected: unverified address": UserUnknown,

		"552 5.2.2 The recipient's inbox is out of storage space":           MailboxFull,
		"452 4.2.2 The email account that you tried to reach is over quota": MailboxFull,
		"552 5.2.2 Mailbox full": MailboxFull,
		"452 Requested mail action not taken: insufficient system storage": MailboxFull,
		"550 5.7.1 Почтовый ящик переполнен":                               MailboxFull,
		"554 mailbox size limit exceeded":                                  MailboxFull,
		"422 4.2.2 user quota exceeded":                                    MailboxFull,

		"550 5.2.1 The email account that you tried to reach is disabled": MailboxDisabled,
		"550 5.2.1 This mailbox is inactive":                              MailboxDisabled,
		"554 5.7.1 account suspended":                                     MailboxDisabled,
		"550 Ящик заблокирован":                                           MailboxDisabled,

		"450 4.2.0 Greylisted, please retry in 300 seconds":                                        Greylisted,
		"451 4.7.1 Grey-listed. Try again later":                                                   Greylisted,
		"450 4.7.1 <x>: Recipient address rejected: Greylisting in effect, please come back later": Greylisted,
		"451 please try again in 5 minutes":                                                        Greylisted,

		"450 4.2.1 The user you are trying to contact is receiving mail at a rate that prevents additional messages": RecipientBusy,

		"421 4.7.28 Our system has detected an unusual rate of mail originating from your IP address": RateLimited,
		"421 4.7.0 [TSS04] Messages temporarily deferred due to user complaints":                      RateLimited,
		"451 4.7.500 Server busy. sending too fast":                                                   RateLimited,
		"421 Too many concurrent SMTP connections":                                                    RateLimited,
		"550 5.4.5 Daily user sending limit exceeded":                                                 RateLimited,
		"421 too many messages in this session":                                                       RateLimited,
		"450 Слишком много писем":                                                                     RateLimited,
		"554 5.7.1 hourly sending quota exceeded":                                                     RateLimited,

		"554 5.7.1 Service unavailable; Client host [1.2.3.4] blocked using zen.spamhaus.org":                                                                  ReputationIP,
		"550 5.7.1 Our system has detected that this message is likely suspicious due to the very low reputation of the sending IP address":                    ReputationIP,
		"550 5.7.1 Unfortunately, messages from [1.2.3.4] weren't sent. Please contact your provider since part of their network is on our block list (S3150)": ReputationIP,
		"550 5.7.1 mail from your IP address is blocked; user unknown":                                                                                         ReputationIP,
		"550 5.7.1 very low reputation of the sending domain":                                                                                                  ReputationDomain,
		"554 5.7.1 the domain is listed in dbl":                                                                                                                ReputationDomain,

		"550 5.7.26 This mail is unauthenticated, which poses a security risk":                      AuthFailed,
		"550 5.7.1 rejected because of the domain owner DMARC policy":                               AuthFailed,
		"550 5.7.515 Access denied, sending domain does not meet the required authentication level": AuthFailed,
		"550 SPF check failed": AuthFailed,
		"550 5.7.25 The IP address sending this message does not have a PTR record": AuthFailed,
		"530 5.7.0 Must issue a STARTTLS command first":                             TLS,

		"554 5.7.1 Message rejected as spam": ContentSpam,
		"550 5.7.1 Письмо похоже на спам":    ContentSpam,
		"554 5.7.1 Virus found in message":   ContentVirus,

		"552 5.3.4 Message size exceeds fixed maximum message size": MessageTooLarge,
		"552 message too big": MessageTooLarge,

		"554 5.7.1 <a@b.c>: Relay access denied":                       RelayDenied,
		"550 not permitted to relay through this server":               RelayDenied,
		"553 sorry, that domain isn't in my list of allowed rcpthosts": RelayDenied,
		"553 5.7.1 Sender address rejected: not owned by user":         SenderRefused,
		"550 5.1.8 Sender rejected":                                    SenderRefused,
		"550 5.1.2 host unknown":                                       DomainBad,
		"556 5.1.10 recipient takes no mail: null mx":                  DomainBad,
		"553 5.6.7 SMTPUTF8 required":                                  UTF8Unsupported,

		"421 Service not available, closing transmission channel": SystemBusy,
		"451 4.3.0 Temporary lookup failure":                      SystemBusy,
		"452 4.3.1 Insufficient system resources":                 SystemBusy,
		"451 internal server error":                               SystemBusy,
		"550 5.7.1 Rejected by policy":                            PolicyOther,
		"550 5.4.1 Recipient address rejected: Access denied":     PolicyOther,
		"503 bad sequence of commands":                            Protocol,
		"550 mumble":                                              Other,
		"450 mumble":                                              Other,
	} {
		assert.Equal(t, want, c.classify(reply(line), false, false), line)
	}
}

// MSG-4: a bounce that comes later by mail is understood by the same rules.
func TestAnAnswerIsUnderstoodWithoutAnAttempt(t *testing.T) {
	t.Parallel()
	class, scope := Classify(550, "5.1.1", "No such user here", "")
	require.Equal(t, UserUnknown, class)
	require.Equal(t, channel.ScopeRecipient, scope)
	class, scope = Classify(450, "", "mumble", smtp.StageRcpt)
	require.Equal(t, Other, class, "a report never is a first contact")
	require.Equal(t, channel.ScopePolicy, scope)
}

func TestARefusalForOurOwnFaultNeverBurnsAnAddress(t *testing.T) {
	t.Parallel()
	c := unit(t)
	for _, line := range []string{
		"550 5.1.1 blocked using zen.spamhaus.org, user unknown", "550 5.7.1 very low reputation of the sending IP address, no such user",
		"550 5.7.26 unauthenticated mail", "554 5.7.1 Message rejected as spam", "550 5.4.5 daily sending quota exceeded", "550 mumble", "550 5.7.1 relaying denied", "550 5.2.1 account disabled",
	} {
		v := verdict(c, line, 1)
		require.False(t, v.Suppress, "%s: %+v", line, v)
		if !strings.Contains(line, "disabled") {
			require.NotEqual(t, channel.ScopeRecipient, v.Scope, line)
		}
	}
	require.True(t, verdict(c, "550 5.1.1 no such user", 1).Suppress)
}

func verdict(c *Channel, line string, n int) channel.Verdict { return verdictOf(c, reply(line), n) }

func verdictOf(c *Channel, r smtp.Result, n int) channel.Verdict {
	m := channel.Message{Ref: channel.Ref{Part: 7, Seq: 3}, Attempt: n, To: "jo.smith@example.org"}
	return c.judge(m, route{site: c.pool.at("x", shape.Limits{Connections: 1, PerConnection: 1}), label: "mx.test"}, attempt{Result: r})
}

func TestAFirstContactThatIsPutOffIsGreylisted(t *testing.T) {
	t.Parallel()
	c := unit(t)
	require.Equal(t, Greylisted, c.classify(reply("450 mumble"), false, true))
	require.Equal(t, Greylisted, c.classify(reply("451 4.7.1 please try again later"), false, true))
	require.Equal(t, MailboxFull, c.classify(reply("452 4.2.2 mailbox full"), false, true))
	late := reply("450 mumble")
	late.Stage = smtp.StageDot
	require.Equal(t, Other, c.classify(late, false, true))
}

func TestARelayThatRefusesUsIsOurOwnSetting(t *testing.T) {
	t.Parallel()
	c := unit(t)
	require.Equal(t, RelayAuth, c.classify(reply("554 5.7.1 Relay access denied"), true, false))
	require.Equal(t, RelayAuth, c.classify(reply("530 5.7.0 authentication required"), true, false))
	wrong := reply("535 5.7.8 bad password")
	wrong.Stage = smtp.StageAuth
	require.Equal(t, RelayAuth, c.classify(wrong, true, false))
	v := verdictOf(c, wrong, 1)
	require.Equal(t, channel.Later, v.Outcome, "a wrong password fails nobody's message")
	require.True(t, v.Free)
	require.Equal(t, channel.ScopeConfig, v.Scope)
}

func TestTheDelayThatTheServerAsksForIsKept(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"Greylisted for 300 seconds": 300 * time.Second, "try again in 5 minutes": 5 * time.Minute, "retry in 00:05:00": 5 * time.Minute, "come back in 1 hour": time.Hour,
		"wait 20s please": 20 * time.Second, "повторите через 10 минут": 10 * time.Minute, "через 45 секунд": 45 * time.Second, "in 999999 hours": 4 * time.Hour,
		"no delay here": 0, "error 450 mail": 0, "id 12345sx": 0, "blocked 3 messages": 0,
	} {
		require.Equal(t, want, askedDelay(text), text)
	}
	c := unit(t)
	require.Equal(t, 315*time.Second, verdict(c, "450 4.2.0 Greylisted, please retry in 300 seconds", 1).After)
}

func TestWaitsGrowWithTheAttemptsAndAreTheSameForOneAttempt(t *testing.T) {
	t.Parallel()
	c := unit(t)
	near := func(want time.Duration, v channel.Verdict) {
		t.Helper()
		require.Equal(t, channel.Later, v.Outcome)
		require.InDelta(t, float64(want), float64(v.After), 0.21*float64(want), "%v", v.After)
	}
	near(5*time.Minute+30*time.Second, verdict(c, "450 greylisted", 1))
	near(15*time.Minute, verdict(c, "450 greylisted", 2))
	near(30*time.Minute, verdict(c, "450 greylisted", 3))
	near(10*time.Minute, verdict(c, "450 greylisted", 4))
	near(10*time.Minute, verdict(c, "421 4.3.2 shutting down", 1))
	near(40*time.Minute, verdict(c, "451 4.3.0 temporary problem", 3))
	near(4*time.Hour, verdict(c, "451 4.3.0 temporary problem", 30))
	near(2*time.Hour, verdict(c, "452 4.2.2 mailbox full", 1))
	near(8*time.Hour, verdict(c, "452 4.2.2 mailbox full", 2))
	near(24*time.Hour, verdict(c, "452 4.2.2 mailbox full", 3))
	require.Equal(t, channel.Never, verdict(c, "452 4.2.2 mailbox full", 4).Outcome)
	near(2*time.Hour, verdict(c, "552 5.2.2 mailbox full", 1))
	require.Equal(t, channel.Never, verdict(c, "552 5.2.2 mailbox full", 4).Outcome)
	require.False(t, verdict(c, "552 5.2.2 mailbox full", 4).Suppress)
	for _, trouble := range []string{"550 5.7.10 encryption required", "550 5.3.0 internal server error", "554 5.4.2 bad connection", "503 bad sequence of commands"} {
		near(20*time.Minute, verdict(c, trouble, 2))
		require.Equal(t, channel.Never, verdict(c, trouble, 3).Outcome, trouble)
	}
	require.Equal(t, verdict(c, "451 4.3.0 temporary problem", 3).After, verdict(c, "451 4.3.0 temporary problem", 3).After)
}

func TestBeingHurriedCostsTheMessageNothing(t *testing.T) {
	t.Parallel()
	v := verdict(unit(t), "421 4.7.28 unusual rate of mail", 1)
	require.Equal(t, channel.Later, v.Outcome)
	require.True(t, v.Free)
	require.Less(t, v.After, 2*time.Minute)
}

func TestAnOpenOutcomeIsSaidToBeOpen(t *testing.T) {
	t.Parallel()
	v := verdictOf(unit(t), smtp.Result{Stage: smtp.StageDot, Err: errors.New("EOF"), MaybeSent: true}, 1)
	require.Equal(t, channel.Unknown, v.Outcome)
	require.Equal(t, Uncertain, v.Class)
}

func TestFailuresOfTheNetworkAreNamed(t *testing.T) {
	t.Parallel()
	c := unit(t)
	for want, r := range map[string]smtp.Result{
		Timeout: {Stage: smtp.StageMail, Err: os.ErrDeadlineExceeded}, Network: {Stage: smtp.StageConnect, Err: errors.New("refused")},
		TLS: {Stage: smtp.StageTLS, Err: errors.New("x")}, Protocol: {Stage: smtp.StageBanner, Err: smtp.ErrReply},
	} {
		v := verdictOf(c, r, 1)
		require.Equal(t, channel.Later, v.Outcome)
		require.Equal(t, want, v.Class)
		require.Equal(t, channel.ScopeNetwork, v.Scope)
	}
	refused := verdictOf(c, smtp.Result{Stage: smtp.StageBanner, Reply: smtp.Reply{Code: 554, Text: "no thanks"}}, 1)
	require.Equal(t, channel.Later, refused.Outcome, "a refusal before MAIL concerns the connection, not the letter")
}

func TestTextsComeWithoutAddresses(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"550 <Jo.Smith@Example.org>: unknown":                   "550 <<address>>: unknown",
		"see https://x.test/?q=jo.smith%40example.org&a=1":      "see https://x.test/?q=<address>&a=1",
		"user jo.smith is unknown, Jo.Smith":                    "user <address> is unknown, <address>",
		"mailbox почта@пример.рф is full":                       "mailbox <address> is full",
		"b+token@b.example.kz not accepted for [a@b.c],(d@e.f)": "<address> not accepted for [<address>],(<address>)",
		"nothing to hide": "nothing to hide",
	} {
		require.Equal(t, want, scrub(in, "jo.smith@example.org"))
	}
	require.Len(t, scrub(strings.Repeat("x", 900), "a@b.c"), maxDetail)
}

func TestTheNameInTheOtherQueueIsFound(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"2.0.0 Ok: queued as 4XyZ12345": "4XyZ12345", "OK id=1tAbCd-0001-XX": "1tAbCd-0001-XX", "2.6.0 <x> Queued mail for delivery": "", "ok": "",
	} {
		require.Equal(t, want, queueID(in), in)
	}
}

func TestTheRulesAreAllOfKnownClasses(t *testing.T) {
	t.Parallel()
	rules, err := parseRules(rulesTable)
	require.NoError(t, err)
	require.Greater(t, len(rules), 30)
	for _, bad := range []string{"user_unknown", "no_such_class\t*", "user_unknown\t*\t(", "a\tb\tc\td", "user_unknown\t5x0", "user_unknown\t5.1"} {
		_, err := parseRules(bad)
		require.Error(t, err)
	}
}

func FuzzClassify(f *testing.F) {
	c := unit(f)
	f.Add(550, "5.1.1", "no such user")
	f.Fuzz(func(t *testing.T, code int, enhanced, text string) {
		v := verdictOf(c, smtp.Result{Stage: smtp.StageRcpt, Reply: smtp.Reply{Code: code, Enhanced: enhanced, Text: text}}, 1)
		if v.Class == "" || v.Scope == "" || v.Outcome == channel.Later && v.After <= 0 || len(v.Detail) > maxDetail || !utf8.ValidString(v.Detail) {
			t.Fatalf("%+v", v)
		}
	})
}

// MSG-4: for each undelivered message, the reason in plain words.
func TestEveryClassHasPlainWordsInAllLanguages(t *testing.T) {
	t.Parallel()
	for class := range scopes {
		r, ok := reasons[class]
		require.True(t, ok, class)
		for _, words := range []string{r.Ru, r.Kk, r.En} {
			require.NotEmpty(t, words, class)
		}
	}
	require.Len(t, reasons, len(scopes))
	require.Equal(t, reasons[Other], Reason("no such class"))
}
