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
