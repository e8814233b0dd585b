// Package report reads what mail servers and people send back about a letter: reports of undelivered messages (RFC 3464 and the many
// texts that are older than it), complaints (ARF, RFC 5965), automatic answers (RFC 3834) and replies.
//
// Read never fails: whatever comes has a Kind. It believes nothing: a report is about a message of ours only if one of its Tokens proves
// that, which the caller checks. README.md has the order of evidence.
package report

import (
	"strings"
)

// Kind is what a letter that came back is.
type Kind string

// Kinds.
const (
	Bounce    Kind = "bounce"     // not delivered, for good
	Delayed   Kind = "delayed"    // not delivered yet: no bounce
	Info      Kind = "info"       // delivered, relayed, expanded
	Complaint Kind = "complaint"  // called spam by its reader, or by the provider on its behalf
	NotSpam   Kind = "not_spam"   // taken out of the spam folder
	OptOut    Kind = "opt_out"    // asks to be left alone, without calling it spam
	Notice    Kind = "notice"     // a report about something else (DMARC failures, TLS)
	AutoReply Kind = "auto_reply" // out of office, ticket opened
	Reply     Kind = "reply"      // a person wrote
)

// Report is what was found.
type Report struct {
	Kind      Kind
	Code      int    // basic code of the refusal; 0 when there is none
	Status    string // enhanced code "5.1.1"; empty when there is none
	Text      string // what the server said, one line, at most 1000 bytes, with addresses
	Recipient string // whom it was about, as the report says; may be redacted or empty
	Source    string // User-Agent of a complaint, Reporting-MTA of a bounce
	Incidents int    // complaints that one report stands for; 1 when it does not say
	// Tokens may name the message, the strongest evidence first: local parts without tags of ours removed ("b+…", "u+…"), and the values of
	// X-Keruen-Msg and Message-ID of the returned letter.
	Tokens []string
}

// maxText is the length of Report.Text in bytes.
const maxText = 1000

// Read reads a letter. from is its envelope sender, empty for the null one; to are the local parts that it came to.
func Read(raw []byte, from string, to ...string) Report {
	e := parse(raw[:min(len(raw), MaxSize)])
	r := reader{root: e, null: strings.Trim(from, "<> ") == ""}
	r.walk(e, 0)
	out := r.judge()
	out.Text = line(out.Text)
	out.Incidents = max(out.Incidents, 1)
	out.Tokens = r.tokens(to)
	return out
}

// reader collects what the parts of a letter say.
type reader struct {
	root     *entity
	null     bool
	status   []fields // blocks of message/delivery-status
	feedback fields
	original []fields // header fields of returned letters
	text     []string
}

func (r *reader) walk(e *entity, depth int) {
	switch {
	case depth > maxDepth:
	case e.kind == "message/delivery-status", e.kind == "message/global-delivery-status":
		r.status = append(r.status, blocks(e.body)...)
	case e.kind == "message/feedback-report":
		r.feedback, _ = readFields(e.body, true)
	case e.kind == "message/rfc822", e.kind == "message/global", e.kind == "text/rfc822-headers", e.kind == "message/global-headers", e.kind == "text/rfc822":
		r.returned(e.body)
	case len(e.parts) > 0:
		for _, p := range e.parts {
			r.walk(p, depth+1)
		}
	case strings.HasPrefix(e.kind, "text/"):
		words := e.words()
		if e.kind == "text/html" {
			words = tags.ReplaceAllString(words, " ")
		}
		r.text = append(r.text, words)
	}
}

// returned reads the header of a letter that was sent back, and of those within it: a report may come forwarded.
func (r *reader) returned(body []byte) {
	inner := parse(body)
	r.original = append(r.original, inner.head)
	if strings.HasPrefix(inner.kind, "multipart/report") {
		r.walk(inner, 2)
	}
}

// blocks are the groups of fields of a report, parted by blank lines. Some servers leave the line out: a second Final-Recipient begins a block too.
func blocks(body []byte) []fields {
	var out []fields
	for len(body) > 0 && len(out) < 50 {
		f, rest := readFields(body, true)
		body = rest
		for len(f["final-recipient"]) > 1 && len(out) < 50 {
			one := make(fields)
			for name, values := range f {
				one[name] = values[:1]
				if len(values) > 1 {
					f[name] = values[1:]
				}
			}
			out = append(out, one)
		}
		if len(f) > 0 {
			out = append(out, f)
		}
	}
	return out
}

// judge decides by the strongest evidence first.
func (r *reader) judge() Report {
	switch {
	case r.feedback != nil:
		return r.complaint()
	case len(r.original) > 0 && r.original[0].get(junkReport) != "":
		return Report{Kind: Complaint, Recipient: address(r.original[0].get(junkReport)), Source: "JMRP"}
	case len(r.status) > 0:
		if out, ok := r.delivery(); ok {
			return out
		}
	}
	if r.root.param["report-type"] == "disposition-notification" || strings.Contains(r.root.kind, "tlsrpt") || r.root.param["report-type"] == "tlsrpt" {
		return Report{Kind: Notice}
	}
	if out, ok := r.prose(); ok {
		return out
	}
	if r.automatic() {
		return Report{Kind: AutoReply}
	}
	return Report{Kind: Reply}
}

// junkReport is the field that Microsoft's Junk Mail Reporting Program puts into a letter which it sends back as it is, without a report.
const junkReport = "x-hmxmroriginalrecipient"

// complaint reads a feedback report (RFC 5965 §3).
func (r *reader) complaint() Report {
	f := r.feedback
	out := Report{Recipient: address(f.get("original-rcpt-to")), Source: f.get("user-agent"), Incidents: number(f.get("incidents"))}
	switch strings.ToLower(f.get("feedback-type")) {
	case "abuse", "fraud", "virus", "other", "complaint", "":
		out.Kind = Complaint
	case "not-spam":
		out.Kind = NotSpam
	case "opt-out", "opt-out-list":
		out.Kind = OptOut
	default: // auth-failure, dmarc, and what may be added
		out.Kind = Notice
	}
	return out
}

// delivery reads a report of delivery (RFC 3464). Of several recipients the one that failed counts: our messages have one.
func (r *reader) delivery() (Report, bool) {
	var best Report
	rank := map[Kind]int{Bounce: 3, Delayed: 2, Info: 1}
	source := ""
	for _, f := range r.status {
		if v := f.get("reporting-mta"); v != "" {
			source = afterType(v)
		}
		one := recipientOf(f)
		if rank[one.Kind] > rank[best.Kind] {
			best = one
		}
	}
	if best.Kind == Bounce && best.Text == "" {
		best.Text = r.diagnosis()
	}
	best.Source = source
	return best, best.Kind != ""
}

func recipientOf(f fields) Report {
	out := Report{Status: statusOf(f.get("status")), Text: plain(afterType(f.get("diagnostic-code")))}
	out.Recipient = address(afterType(f.get("original-recipient")))
	if out.Recipient == "" {
		out.Recipient = address(afterType(f.get("final-recipient")))
	}
	action, _, _ := strings.Cut(strings.ToLower(f.get("action")), " ")
	switch strings.TrimRight(action, ";,(") {
	case "failed", "failure":
		out.Kind = Bounce
	case "delayed":
		out.Kind = Delayed
	case "delivered", "relayed", "expanded":
		out.Kind = Info
	case "":
		out.Kind = map[string]Kind{"5": Bounce, "4": Delayed, "2": Info}[out.Status[:min(1, len(out.Status))]]
	}
	code, status := codes(out.Text)
	out.Code = code
	// The answer of the last server says more than a reporter that only writes 5.0.0.
	if status != "" && (out.Status == "" || strings.HasSuffix(out.Status, ".0.0")) {
		out.Status = status
	}
	return out
}

// automatic tells answers of programs from those of people (RFC 3834 and what came before).
func (r *reader) automatic() bool {
	h := r.root.head
	auto := strings.ToLower(h.get("auto-submitted"))
	switch {
	case auto != "" && !strings.HasPrefix(auto, "no"):
		return true
	case h.get("x-autoreply") != "", h.get("x-autorespond") != "", h.get("x-autoresponse") != "", h.get("x-auto-response-suppress") != "", h.get("x-mail-autoreply") != "", h.get("x-yandex-autoreply") != "":
		return true
	case r.null:
		return true
	}
	switch strings.ToLower(h.get("precedence")) {
	case "auto_reply", "auto-reply", "bulk", "junk", "list":
		return true
	}
	return autoSubject.MatchString(plain(h.get("subject")))
}
