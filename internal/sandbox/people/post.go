package people

import (
	"bytes"
	"context"
	"fmt"
	"mime/multipart"
	"net/textproto"
	"strings"
	"time"

	"keruen/internal/sandbox/archive"
	"keruen/internal/sandbox/letter"
)

// Post hands a letter to the mailbox of whoever sent the letters. to is empty for the one of feedback loops. When nobody takes mail
// there, nothing happens.
type Post func(ctx context.Context, from, to, raw string) error

// mail sends what a provider writes after an act: the report of a complaint, or a letter that comes back after it was taken.
func (c *Crowd) mail(ctx context.Context, a Act, l archive.Letter, raw []byte) {
	if c.post == nil {
		return
	}
	var err error
	switch {
	case a == Complain:
		var report string
		if report, err = Report(l, raw, c.clock.Now()); err == nil {
			err = c.post(ctx, "feedback@arf."+l.Provider+".test", "", report)
		}
	case a == Return && l.Sender != "":
		var report string
		if report, err = Returned(l, raw, c.clock.Now()); err == nil {
			err = c.post(ctx, "", l.Sender, report)
		}
	}
	if err != nil {
		c.log.Warn("the pretend world cannot hand a report over", "letter", l.ID, "err", err)
	}
}

// Returned writes the report of a letter that a server behind the first one did not want (RFC 3464).
func Returned(l archive.Letter, raw []byte, at time.Time) (string, error) {
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	if err := m.SetBoundary(fmt.Sprintf("=_returned_%d", l.ID)); err != nil {
		return "", err
	}
	host := "mx." + l.To[strings.LastIndexByte(l.To, '@')+1:]
	fmt.Fprintf(&b, "From: Mail Delivery System <MAILER-DAEMON@%s>\r\nTo: <%s>\r\nSubject: Undelivered Mail Returned to Sender\r\n", host, l.Sender)
	fmt.Fprintf(&b, "Date: %s\r\nMessage-ID: <dsn-%d@%s>\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n", at.Format(time.RFC1123Z), l.ID, host)
	fmt.Fprintf(&b, "Content-Type: multipart/report; report-type=delivery-status;\r\n\tboundary=%q\r\n\r\n", m.Boundary())
	header, _ := letter.Split(raw)
	status := fmt.Sprintf("Reporting-MTA: dns; %s\r\nArrival-Date: %s\r\n\r\nFinal-Recipient: rfc822; %s\r\nAction: failed\r\nStatus: 5.1.1\r\n"+
		"Diagnostic-Code: smtp; 550 5.1.1 <%s>: Recipient address rejected: User unknown\r\n", host, l.At.Format(time.RFC1123Z), l.To, l.To)
	for _, p := range [][2]string{
		{"text/plain; charset=utf-8", "Your letter was taken at first, but its recipient is not known here.\r\n"},
		{"message/delivery-status", status},
		{"text/rfc822-headers", string(header)},
	} {
		w, err := m.CreatePart(textproto.MIMEHeader{"Content-Type": {p[0]}})
		if err != nil {
			return "", err
		}
		if _, err := w.Write([]byte(p[1])); err != nil {
			return "", err
		}
	}
	if err := m.Close(); err != nil {
		return "", err
	}
	return b.String(), nil
}
