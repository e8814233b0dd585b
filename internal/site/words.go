package site

import (
	"keruen/internal/lang"
	"keruen/internal/status"
)

// words are the texts of the public pages in one language.
type words struct {
	Locale                                                        string // of Open Graph
	Skip, Language, Menu, SignIn, SignUp, Cabinet                 string
	Documents, API, Home, Prices, Status                          string
	SandboxLabel, SandboxNotice, SandboxLink                      string
	Title, Lead                                                   string
	Sample                                                        sample
	NowTitle, ConsentTitle, ConsentText, WhoTitle                 string
	WhereTitle, ChannelsTitle, ChannelWorks, ChannelSoon          string
	StepsTitle, Soon                                              string
	Features, Who, Where                                          []feature
	Consent, Steps                                                []string
	Channels                                                      []way
	PricesTitle, PricesLead, PricesLink, OnRequest                string
	NoPlansTitle, NoPlans, AskPrices, SameTitle                   string
	Same                                                          []string
	Per, VAT                                                      map[string]string
	ClientsTitle, ClientsLead, ClientsHow                         string
	NoClientsTitle, NoClients                                     string
	StatusTitle, StatusLead, CheckedAt, Blind, NowOn              string
	Coming, PartsTitle, PastTitle, NoPast, NoParts                string
	DaysAgo, DaysAgoPhone, Today, GoodLabel, NoRecord, HowCounted string
	SinceWord                                                     string
	Headline                                                      map[status.State]string
	State, Impact                                                 map[status.State]string
	Part                                                          map[status.Part]string
	Stage                                                         map[status.Stage]string
	Version, Effective, OldVersion, CurrentVersion                string
	AbsentTitle, AbsentText                                       string
	FailedTitle, FailedText, FailedCode                           string
}

type feature struct{ Title, Text string }

// way is a way to reach people, and whether it works already.
type way struct {
	Name  string
	Works bool
}

// sample is the drawing of a report beside the first words of the site.
type sample struct {
	Label, Name, State, Note string
	Rows                     []bar
}

type bar struct {
	Name, Text string
	Share      int // percent
}

func wordsIn(l lang.Lang) words {
	switch l {
	case lang.Kazakh:
		return kazakh
	case lang.English:
		return english
	default:
		return russian
	}
}
