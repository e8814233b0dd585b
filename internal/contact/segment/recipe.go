package segment

import (
	"keruen/internal/channel"
	"keruen/internal/contact"
)

// Recipe is a ready condition to begin with; the cabinet has its name and its words by the key.
type Recipe struct {
	Key       string
	Condition Condition
}

// Recipes are what people build most often. Each fits any account.
func Recipes() []Recipe {
	old := Condition{Kind: OfAttribute, Key: "created_at", Op: OlderDays, Days: 90}
	mail := Condition{Kind: OfAttribute, Key: "email", Op: Filled}
	consent := func(state contact.Action) Condition {
		return Condition{Kind: OfConsent, Channel: channel.Email, Purpose: channel.Advertising, State: state}
	}
	return []Recipe{
		{"active", Condition{All: []Condition{{Kind: OfAct, Op: Did, Act: Opened, Days: 90}}}},
		{"sleeping", Condition{All: []Condition{old, {Kind: OfAct, Op: Did, Act: Delivered, Days: 90}, {Kind: OfIdle, Days: 90}}}},
		{"new", Condition{All: []Condition{{Kind: OfAttribute, Key: "created_at", Op: LastDays, Days: 30}}}},
		{"missed_last", Condition{All: []Condition{{Kind: OfAct, Op: Did, Act: Unopened, Last: 1}}}},
		{"without_consent", Condition{All: []Condition{mail, consent(contact.Absent)}}},
		{"loyal", Condition{All: []Condition{{Kind: OfAct, Op: Did, Act: Clicked, Last: 10, Times: 3}, consent(contact.Granted)}}},
	}
}
