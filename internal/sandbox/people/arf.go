package people

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/textproto"
	"strings"
	"time"

	"keruen/internal/sandbox/archive"
	"keruen/internal/sandbox/letter"
)

// Complaint is a press on "this is spam", with the report that a feedback loop sends.
type Complaint struct {
	At     time.Time `json:"at"`
	Letter int64     `json:"letter"`
	To     string    `json:"to"`
	ARF    string    `json:"arf"` // a whole letter (RFC 5965)
}

// Report writes the abuse report about a letter (RFC 5965). Yahoo reports with the header of
// the letter only, the others with the whole letter.
func Report(l archive.Letter, raw []byte, at time.Time) (string, error) {
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	if err := m.SetBoundary(fmt.Sprintf("=_report_%d", l.ID)); err != nil {
		return "", err
	}
	original, kind := raw, "message/rfc822"
	if l.Provider == "yahoo" {
		original, _ = letter.Split(raw)
		kind = "text/rfc822-headers"
	}
	fmt.Fprintf(&b, "From: <feedback@arf.%s.test>\r\nTo: <feedback@reports.test>\r\n", l.Provider)
	fmt.Fprintf(&b, "Subject: Abuse report\r\nDate: %s\r\nMessage-ID: <arf-%d@%s.test>\r\n", at.Format(time.RFC1123Z), l.ID, l.Provider)
	fmt.Fprintf(&b, "MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=feedback-report;\r\n\tboundary=%q\r\n\r\n", m.Boundary())
	for _, p := range []struct{ kind, body string }{
		{"text/plain; charset=utf-8", "This is an abuse report: the recipient marked the letter below as spam.\r\n"},
		{"message/feedback-report", feedback(l, at)},
		{kind, string(original)},
	} {
		w, err := m.CreatePart(textproto.MIMEHeader{"Content-Type": {p.kind}})
		if err != nil {
			return "", err
		}
		if _, err := io.WriteString(w, p.body); err != nil {
			return "", err
		}
	}
	if err := m.Close(); err != nil {
		return "", err
	}
	return b.String(), nil
}

func feedback(l archive.Letter, at time.Time) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Feedback-Type: abuse\r\nUser-Agent: PretendWorld/1.0\r\nVersion: 1\r\n")
	fmt.Fprintf(&b, "Original-Mail-From: <%s>\r\n", l.Sender)
	if l.Provider != "yahoo" { // which does not name the complainer
		fmt.Fprintf(&b, "Original-Rcpt-To: <%s>\r\n", l.To)
	}
	fmt.Fprintf(&b, "Arrival-Date: %s\r\nReported-Date: %s\r\nSource-IP: %s\r\n",
		l.At.Format(time.RFC1123Z), at.Format(time.RFC1123Z), l.Client)
	return b.String()
}
