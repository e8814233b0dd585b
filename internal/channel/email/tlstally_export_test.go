package email

// CountTLS lets tests count what Send counts.
func CountTLS(t *TLSTally, domain, source, host string, err error) {
	t.count(domain, source, host, err)
}
