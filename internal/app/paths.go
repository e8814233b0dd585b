package app

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"

	"keruen/internal/channel/email/shape"
)

// loadPaths makes what limits the sending paths, with what was learned before.
func (a *App) loadPaths(ctx context.Context) error {
	rules, err := shape.Load(a.Config.Mail.Shaping)
	if err != nil {
		return err
	}
	if a.Config.Sandbox {
		rules.KeepLoopback() // nothing of the pretend world may try to leave by a real address
	}
	a.warnMissing(rules)
	node, err := os.Hostname()
	if err != nil {
		return fmt.Errorf("name this machine: %w", err)
	}
	a.Paths = shape.New(shape.Parts{Rules: rules, Clock: a.Clock, DB: a.DB, Log: a.Log, Node: node})
	return a.Paths.Load(ctx)
}

// warnMissing names configured addresses that this machine does not have; letters from them would not leave.
func (a *App) warnMissing(rules *shape.Rules) {
	for _, addr := range MissingAddresses(rules) {
		a.Log.Warn("a sending address of mail.shaping is not an address of this machine", "source", addr)
	}
}

// MissingAddresses lists the configured sending addresses that this machine does not have. Loopback addresses always exist.
func MissingAddresses(rules *shape.Rules) []netip.Addr {
	all, err := net.InterfaceAddrs()
	if err != nil {
		return nil // then nobody knows, and connections will tell
	}
	var has []netip.Addr
	for _, one := range all {
		if n, ok := one.(*net.IPNet); ok {
			if addr, ok := netip.AddrFromSlice(n.IP); ok {
				has = append(has, addr.Unmap())
			}
		}
	}
	return rules.Missing(has)
}
