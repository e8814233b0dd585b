package sandbox

// MissingTexts lists words of the pages that lack a translation.
func MissingTexts() []string {
	var missing []string
	for key, t := range texts {
		if t.Ru == "" || t.Kk == "" || t.En == "" {
			missing = append(missing, key)
		}
	}
	for key, k := range kindTexts {
		if k.text.Ru == "" || k.text.Kk == "" || k.text.En == "" {
			missing = append(missing, key)
		}
	}
	for _, kind := range troubles() {
		if _, ok := kindTexts[kind]; !ok && kind != "slow" { // a slow letter is an accepted one
			missing = append(missing, kind)
		}
	}
	return missing
}
