package e2e

import (
	"testing"

	"keruen/test/program"
)

// The keys of the cabinet without a mouse, as told in browser/keyboard.mjs: the palette within 100 ms and in any layout, shortcuts, the way
// past the menu (web-cabinet.md §12).
func TestTheCabinetObeysTheKeyboardInAnyLayout(t *testing.T) {
	t.Parallel()
	p := program.New(t, nil)
	p.Start(t)
	p.Member(t, "keys@keruen.test")
	play(t, "keyboard", "keyboard", as(p, "keys@keruen.test")...)
}

// MSG-1, MSG-11: a campaign is made, called back and sent without a mouse, in a window at 200 % zoom, as told in browser/keys.mjs.
func TestACampaignIsSentByTheKeyboardAlone(t *testing.T) {
	t.Parallel()
	sink := program.StartSink(t, false)
	p := program.New(t, program.Settings{"dns.allow_private": "true"})
	p.Start(t)
	c := p.Member(t, "hands@keruen.test")
	c.CreateSender(t, "Кофейня", "news@kofe.test", sink.Route())
	csv, _ := program.People(3, "mail.ru")
	c.Import(t, "гости.csv", csv, "Гости")
	play(t, "keys", "keys", append(as(p, "hands@keruen.test"), "--people", "3")...)
}
