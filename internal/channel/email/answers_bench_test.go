package email

import "testing"

func BenchmarkScrub(b *testing.B) {
	for name, text := range map[string]string{
		"plain":   "550 5.1.1 The email account that you tried to reach does not exist. Please try double-checking the recipient's email address for typos or unnecessary spaces.",
		"address": "550 5.1.1 <jo.smith@example.org>: Recipient address rejected: User unknown in virtual mailbox table; jo.smith is not here",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				scrub(text, "jo.smith@example.org")
			}
		})
	}
}

func BenchmarkClassify(b *testing.B) {
	c, all := unit(b), answers(b)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		c.classify(all[i%len(all)].result, false, false)
	}
}
