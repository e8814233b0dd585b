package api

import "time"

// Sender is one identity messages leave from.
type Sender struct {
	ID           string         `json:"id" example:"snd_0d3f8k2m9q1zr"`
	Channel      string         `json:"channel" enum:"email"`
	Name         string         `json:"name" doc:"Shown to recipients."`
	Address      string         `json:"address"`
	ReplyTo      string         `json:"reply_to"`
	Route        Route          `json:"route"`
	State        string         `json:"state" enum:"ready,records_missing,not_checked,paused"`
	Paused       bool           `json:"paused" doc:"Nothing leaves while true; what is queued waits."`
	Records      []SenderRecord `json:"records" doc:"What must stand in the DNS, with the result of the last check."`
	BounceDomain string         `json:"bounce_domain,omitempty" doc:"Domain of the envelope sender, a subdomain of the address's own; empty: letters return to the address itself."`
	Selector     string         `json:"selector,omitempty" doc:"Selector of the key that signs now; absent: letters are not signed."`
	KeySince     *time.Time     `json:"key_since,omitempty" doc:"When this key began to sign."`
	CheckedAt    *time.Time     `json:"checked_at,omitempty"`
	Version      int64          `json:"version"`
	CreatedAt    time.Time      `json:"created_at"`
}

func (s Sender) version() int64 { return s.Version }

// Route is the way out: straight to the recipients' servers, or through a relay.
type Route struct {
	Kind        string `json:"kind" enum:"direct,relay"`
	Host        string `json:"host,omitempty" maxLength:"253" doc:"With relay."`
	Port        int    `json:"port,omitempty" minimum:"1" maximum:"65535" doc:"With relay."`
	TLS         string `json:"tls,omitempty" enum:"starttls,implicit,opportunistic,off" doc:"With relay; starttls is the default."`
	User        string `json:"user,omitempty" maxLength:"254" doc:"With relay."`
	Password    string `json:"password,omitempty" maxLength:"400" writeOnly:"true" doc:"Never returned. Empty keeps the stored one."`
	HasPassword bool   `json:"has_password,omitempty" readOnly:"true"`
	RelaySigns  bool   `json:"relay_signs,omitempty" doc:"With relay: it signs letters with a DKIM key of its own, so that we do not."`
}

// SenderRecord is one DNS record: expected, found, and what to do.
type SenderRecord struct {
	Kind     string     `json:"kind" enum:"spf,dkim,dmarc,mx,ptr"`
	Type     string     `json:"type" doc:"DNS type: TXT, CNAME, MX." example:"TXT"`
	Name     string     `json:"name"`
	Expected string     `json:"expected"`
	Found    []string   `json:"found"`
	OK       bool       `json:"ok"`
	Required bool       `json:"required" doc:"Sending is refused by large mailbox providers without it."`
	Advice   string     `json:"advice,omitempty" doc:"Code of the advice; the cabinet has the words."`
	Better   string     `json:"better,omitempty" doc:"The found record with what is missing: put it in the place of the found one."`
	Short    string     `json:"short,omitempty" doc:"The name as registrars' forms want it, without the domain; @ is the domain itself."`
	Zone     string     `json:"zone,omitempty" doc:"The line of a zone file; long texts are cut into strings of 255 bytes."`
	Stage    string     `json:"stage,omitempty" enum:"now,next,old" doc:"Of keys of signatures: the one that signs, the one that takes over when it is published, one that signed before."`
	Until    *time.Time `json:"until,omitempty" doc:"Of an old key: it may be taken out of the DNS then."`
}

// CreateSenderInput makes a sender.
type CreateSenderInput struct {
	Body struct {
		Channel      string `json:"channel" enum:"email"`
		Name         string `json:"name" minLength:"1" maxLength:"120"`
		Address      string `json:"address" minLength:"3" maxLength:"254"`
		ReplyTo      string `json:"reply_to,omitempty" maxLength:"254"`
		BounceDomain string `json:"bounce_domain,omitempty" maxLength:"253"`
		Route        Route  `json:"route"`
	}
}

// SenderPath names a sender.
type SenderPath struct {
	ID string `path:"id" maxLength:"40"`
}

// PatchSenderInput changes a sender. Absent fields stay as they are.
type PatchSenderInput struct {
	SenderPath
	IfMatch
	Body struct {
		Name         *string `json:"name,omitempty" minLength:"1" maxLength:"120"`
		Address      *string `json:"address,omitempty" minLength:"3" maxLength:"254"`
		ReplyTo      *string `json:"reply_to,omitempty" maxLength:"254"`
		BounceDomain *string `json:"bounce_domain,omitempty" maxLength:"253"`
		Route        *Route  `json:"route,omitempty"`
	}
}

func (a *API) registerSenders(r routes) {
	private(r, get("/senders").needs(viewSenders).as("listSenders", "senders", "Senders"), a.listSenders)
	private(r, post("/senders").needs(editSenders).as("createSender", "senders", "Make a sender").gives(201).once(), a.createSender)
	private(r, get("/senders/{id}").needs(viewSenders).as("getSender", "senders", "A sender"), a.getSender)
	private(r, patch("/senders/{id}").needs(editSenders).as("updateSender", "senders", "Change a sender"), a.patchSender)
	private(r, del("/senders/{id}").needs(editSenders).as("deleteSender", "senders", "Delete a sender that nothing is being sent from"), a.deleteSender)
	private(r, post("/senders/{id}/check").needs(viewSenders).as("checkSender", "senders", "Look the DNS records up now"), a.checkSender)
	private(r, post("/senders/{id}/key").needs(editSenders).as("replaceSenderKey", "senders", "Make a new signing key, which takes over once it has stood in the DNS for an hour"), a.replaceSenderKey)
	private(r, del("/senders/{id}/key").needs(editSenders).as("dropSenderKey", "senders", "Drop the new signing key that waits").gives(200), a.dropSenderKey)
	private(r, post("/senders/{id}/pause").needs(editSenders).as("pauseSender", "senders", "Nothing leaves until resumed"), a.pauseSender)
	private(r, post("/senders/{id}/resume").needs(editSenders).as("resumeSender", "senders", "Let messages leave again"), a.resumeSender)
}
