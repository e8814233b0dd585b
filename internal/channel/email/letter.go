package email

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"strings"

	"keruen/internal/channel"
	"keruen/internal/mail/listunsub"
	"keruen/internal/mail/mime"
	"keruen/internal/mail/smtp"
)

// feedbackSender is the last field of Feedback-ID, the same for everything that we send: 5 to 15
// characters, as Gmail wants.
const feedbackSender = "keruen"

// maxLocal is the length of a local part (RFC 5321 §4.5.3.1.1).
const maxLocal = 64

// compose makes the envelope and the signed bytes. All of it depends on the message alone, so
// every attempt sends the same: greylisting keys on the envelope, and readers drop duplicates
// by Message-ID.
func compose(m channel.Message, p *profile) (smtp.Envelope, []byte, error) {
	l := m.Email
	if l == nil {
		return smtp.Envelope{}, nil, mime.ErrNoBody
	}
	to, err := mime.WireAddress(m.To)
	if err != nil {
		return smtp.Envelope{}, nil, err
	}
	from, err := mime.WireAddress(l.From)
	if err != nil {
		return smtp.Envelope{}, nil, err
	}
	headers, err := fieldsOf(m)
	if err != nil {
		return smtp.Envelope{}, nil, err
	}
	if to := complaintsTo(p, from); to != "" {
		headers = append(headers, mime.Header{Name: "CFBL-Address", Value: to + "; report=arf"})
	}
	raw, err := mime.Letter{
		From:      mime.Address{Name: l.FromName, Email: l.From},
		To:        []mime.Address{{Name: m.ToName, Email: m.To}},
		ReplyTo:   mime.Address{Email: l.ReplyTo},
		Subject:   l.Subject,
		Date:      l.Date,
		MessageID: messageID(m, from),
		Headers:   headers,
		Text:      l.Text,
		HTML:      l.HTML,
	}.Append(make([]byte, 0, mime.EncodedLen(l.Text, l.HTML)+3<<10))
	if err != nil {
		return smtp.Envelope{}, nil, err
	}
	env := smtp.Envelope{From: returnPath(l.ReturnToken, p.settings.BounceDomain, from), To: to}
	if p.signer == nil {
		return env, raw, nil
	}
	field, err := p.signer.Sign(raw, l.Date)
	if err != nil {
		return smtp.Envelope{}, nil, err
	}
	return env, append(field, raw...), nil
}

// complaintsBox is the local part at which smtpin takes complaints at any domain whose mail comes to us.
const complaintsBox = "fbl"

// complaintsTo is where a provider may send complaints without having been asked by a form (RFC 9477): a box of the bounce domain, whose
// mail comes to us. Receivers believe it only when it is of From's domain or below, and that domain signs (§3.1); else it is empty.
func complaintsTo(p *profile, from string) string {
	domain, err := mime.ASCIIDomain(p.settings.BounceDomain)
	own := from[strings.LastIndexByte(from, '@')+1:]
	if err != nil || p.signer == nil || p.settings.DKIM.Domain != own || domain != own && !strings.HasSuffix(domain, "."+own) {
		return ""
	}
	return complaintsBox + "@" + domain
}

// returnPath is the envelope sender by which a bounce names its message (VERP).
func returnPath(token, bounceDomain, from string) string {
	local := "b+" + token
	if token == "" || bounceDomain == "" || len(local) > maxLocal {
		return from
	}
	domain, err := mime.ASCIIDomain(bounceDomain)
	if err != nil {
		return from
	}
	return local + "@" + domain
}

// messageID is the return token where there is one, so that a reply or a bounce which quotes it
// can be tied to the message; otherwise it is a hash of the message's own name.
func messageID(m channel.Message, from string) string {
	left := m.Email.ReturnToken
	if left == "" {
		b := binary.BigEndian.AppendUint64([]byte("keruen message "), uint64(m.Ref.Part))
		b = binary.BigEndian.AppendUint32(b, uint32(m.Ref.Seq))
		b = binary.BigEndian.AppendUint64(b, uint64(m.Tenant))
		sum := sha256.Sum256(b)
		left = strings.ToLower(base32.StdEncoding.EncodeToString(sum[:15]))
	}
	return left + "@" + from[strings.LastIndexByte(from, '@')+1:]
}

// fieldsOf are the further header fields (reference/email-delivery.md §11).
func fieldsOf(m channel.Message) ([]mime.Header, error) {
	l := m.Email
	var h []mime.Header
	add := func(name, value string) {
		if value != "" {
			h = append(h, mime.Header{Name: name, Value: value})
		}
	}
	if l.ListID != "" && l.UnsubscribeURL != "" { // a message that one cannot leave (a code) is of no list
		add("List-Id", "<"+listID(l.ListID, l.From)+">")
	}
	if l.UnsubscribeURL != "" {
		link, post, err := listunsub.Pair(l.UnsubscribeURL, l.UnsubscribeTo)
		if err != nil {
			return nil, err
		}
		add(listunsub.Field, link)
		add(listunsub.PostField, post)
	}
	label := word(l.CampaignLabel)
	if label != "" {
		add("Feedback-ID", strings.Join([]string{label, m.Tenant.String(), stream(m), feedbackSender}, ":"))
		add("X-Mailru-Msgtype", label)
		add("X-Postmaster-Msgtype", label)
	}
	if m.Purpose == channel.Advertising {
		add("Precedence", "bulk")
	} else {
		add("Auto-Submitted", "auto-generated")
	}
	add("X-Auto-Response-Suppress", "OOF, AutoReply")
	add("X-Keruen-Msg", word(l.ReturnToken))
	return h, nil
}

func stream(m channel.Message) string {
	if s := word(m.Email.ListID); s != "" {
		return s
	}
	return string(m.Purpose)
}

// listID is a name under the sender's domain (RFC 2919 §2).
func listID(label, from string) string {
	label = strings.Trim(word(label), ".-")
	domain, err := mime.ASCIIDomain(from[strings.LastIndexByte(from, '@')+1:])
	if err != nil || label == domain || strings.HasSuffix(label, "."+domain) {
		return label
	}
	return label + "." + domain
}

// word keeps what may stand in an identifier of these fields.
func word(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_', r == '.':
			return r
		}
		return -1
	}, s)
}
