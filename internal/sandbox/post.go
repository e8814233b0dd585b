package sandbox

import (
	"context"
	"net/smtp"
)

// mailbox is where the product takes what comes back.
type mailbox struct{ addr, feedback string }

// ReportTo tells where the product takes mail: from now on complaints and letters that come back are reported there, as feedback loops and servers
// do. addr is a host and port of this machine, feedback the address of feedback loops.
func (w *World) ReportTo(addr, feedback string) { w.mailbox.Store(&mailbox{addr, feedback}) }

// post hands a letter over by SMTP; nothing happens while nobody takes mail.
func (w *World) post(_ context.Context, from, to, raw string) error {
	box := w.mailbox.Load()
	if box == nil {
		return nil
	}
	if to == "" {
		to = box.feedback
	}
	return smtp.SendMail(box.addr, nil, from, []string{to}, []byte(raw))
}
