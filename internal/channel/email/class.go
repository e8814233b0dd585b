package email

import (
	"time"

	"keruen/internal/channel"
)

// Classes: why a letter was not taken. They are keys of the catalogue of plain words, stored with
// the delivery, so they never change.
const (
	UserUnknown      = "user_unknown"
	MailboxDisabled  = "mailbox_disabled"
	MailboxFull      = "mailbox_full"
	RecipientBusy    = "recipient_busy" // this mailbox receives too much at the moment
	BadAddress       = "bad_address"
	DomainBad        = "domain_bad"
	Greylisted       = "greylisted"
	RateLimited      = "rate_limited"
	ReputationIP     = "reputation_ip"
	ReputationDomain = "reputation_domain"
	AuthFailed       = "auth_failed" // SPF, DKIM, DMARC, reverse DNS, TLS demanded
	ContentSpam      = "content_spam"
	ContentVirus     = "content_virus"
	MessageTooLarge  = "message_too_large"
	UTF8Unsupported  = "utf8_unsupported"
	PolicyOther      = "policy_other"
	RelayDenied      = "relay_denied"
	SenderRefused    = "sender_refused"
	RelayAuth        = "relay_auth"        // the relay refused our name or password
	RelayUnreachable = "relay_unreachable" // the relay cannot be found
	SenderSettings   = "sender_settings"   // the sender's own settings cannot be used
	LetterInvalid    = "letter_invalid"
	Protocol         = "protocol"
	TLS              = "tls"
	Network          = "network"
	DNSTemporary     = "dns_temp"
	Timeout          = "timeout"
	Uncertain        = "uncertain" // the connection died after the final dot
	SystemBusy       = "system_busy"
	Stopped          = "stopped"
	Other            = "unknown"
)

// scopes says whose fault each class is.
var scopes = map[string]channel.Scope{
	UserUnknown: channel.ScopeRecipient, MailboxDisabled: channel.ScopeRecipient, MailboxFull: channel.ScopeRecipient,
	RecipientBusy: channel.ScopeRecipient, BadAddress: channel.ScopeRecipient, DomainBad: channel.ScopeRecipient,
	Greylisted: channel.ScopePolicy, RateLimited: channel.ScopePolicy, PolicyOther: channel.ScopePolicy, RelayDenied: channel.ScopePolicy, Other: channel.ScopePolicy,
	ReputationIP: channel.ScopeReputation, ReputationDomain: channel.ScopeReputation,
	AuthFailed: channel.ScopeConfig, SenderRefused: channel.ScopeConfig, RelayAuth: channel.ScopeConfig, RelayUnreachable: channel.ScopeConfig, SenderSettings: channel.ScopeConfig,
	ContentSpam: channel.ScopeContent, ContentVirus: channel.ScopeContent, MessageTooLarge: channel.ScopeContent, UTF8Unsupported: channel.ScopeContent, LetterInvalid: channel.ScopeContent,
	Protocol: channel.ScopeNetwork, TLS: channel.ScopeNetwork, Network: channel.ScopeNetwork, DNSTemporary: channel.ScopeNetwork, Timeout: channel.ScopeNetwork,
	Uncertain: channel.ScopeNetwork, SystemBusy: channel.ScopeNetwork, Stopped: channel.ScopeNetwork,
}

// month is the measure of reference/email-delivery.md §5.
const month = 30 * 24 * time.Hour

// wears says which refusals burn an address by repeating. Only those that are the mailbox's own may stand here: a refusal
// for our reputation, our settings or our letter says nothing about the person.
var wears = map[string]channel.Wear{
	MailboxFull:     {Messages: 5, Over: month},
	MailboxDisabled: {Messages: 2, Within: month},
}

// Wears returns the rule by which refusals of a class burn an address.
func (c *Channel) Wears(class string) channel.Wear { return wears[class] }

var _ channel.Wearer = (*Channel)(nil)
