package api

import (
	"context"
	"fmt"
	"time"

	"keruen/internal/access"
	"keruen/internal/contact"
)

// ConsentKey is what a consent is about.
type ConsentKey struct {
	Channel string `json:"channel" enum:"email,sms,viber,whatsapp,telegram,instagram"`
	Purpose string `json:"purpose" enum:"transactional,advertising,third_party"`
	Topic   string `json:"topic,omitempty" maxLength:"40" doc:"Id of a topic, with advertising; absent: the purpose as a whole."`
}

func keyWire(k contact.ConsentKey) ConsentKey {
	return ConsentKey{Channel: string(k.Channel), Purpose: string(k.Purpose), Topic: k.Topic.String()}
}

// Wording is the text that people agree to, in one of its versions. A version never changes.
type Wording struct {
	ID        string       `json:"id" example:"wrd_0d3f8k2m9q1zr"`
	Name      string       `json:"name" doc:"For members of the account."`
	Version   int64        `json:"version"`
	Text      Words        `json:"text"`
	Keys      []ConsentKey `json:"keys" doc:"What agreeing to it is a consent to."`
	Archived  bool         `json:"archived" doc:"Offered in no new form; what was agreed to stays valid."`
	Member    string       `json:"member,omitempty" doc:"Who wrote the version."`
	CreatedAt time.Time    `json:"created_at" doc:"When the version was made."`
}

func (w Wording) version() int64 { return w.Version }

// WordingVersion is a version with what points to it.
type WordingVersion struct {
	Wording
	Consents int64        `json:"consents" doc:"Records of consent that were given to this version."`
	Sources  []WordingUse `json:"sources" doc:"Where they came from, most first."`
}

// WordingUse counts consents of one source.
type WordingUse struct {
	Source string `json:"source"`
	N      int64  `json:"n"`
}

// WordingHistory is a wording with all its versions.
type WordingHistory struct {
	Items []WordingVersion `json:"items" doc:"The latest first."`
}

// WordingPath names a wording.
type WordingPath struct {
	ID string `path:"id" maxLength:"40"`
}

// CreateWordingInput makes a wording.
type CreateWordingInput struct {
	Body WordingBody
}

// WordingBody is what a version says.
type WordingBody struct {
	Name string       `json:"name" minLength:"1" maxLength:"100"`
	Text Words        `json:"text"`
	Keys []ConsentKey `json:"keys" minItems:"1" maxItems:"30"`
}

// ReviseWordingInput changes a wording. Other words or keys make the next version.
type ReviseWordingInput struct {
	WordingPath
	IfMatch
	Body WordingBody
}

// ArchiveWordingInput archives a wording or brings it back.
type ArchiveWordingInput struct {
	WordingPath
	Body struct {
		Archived bool `json:"archived"`
	}
}

func (a *API) registerWordings(r routes) {
	private(r, get("/wordings").needs(viewContacts).as("listWordings", "consent", "Wordings of consent, each in its latest version"), a.listWordings)
	private(r, post("/wordings").needs(editContacts).as("createWording", "consent", "Make a wording").gives(201).once(), a.createWording)
	private(r, get("/wordings/{id}/versions").needs(viewContacts).as("listWordingVersions", "consent", "Versions of a wording and the consents given to each"), a.wordingVersions)
	private(r, patch("/wordings/{id}").needs(editContacts).as("reviseWording", "consent", "Change a wording: other words make the next version"), a.reviseWording)
	private(r, post("/wordings/{id}/archive").needs(editContacts).as("archiveWording", "consent", "Archive a wording, or bring it back"), a.archiveWording)
}

func wordingOf(w contact.Wording) Wording {
	return Wording{ID: w.ID.String(), Name: w.Name, Version: w.Version, Text: wordsOf(w.Text), Keys: many(w.Keys, keyWire), Archived: w.Archived,
		Member: w.Member.String(), CreatedAt: w.CreatedAt}
}

func (a *API) listWordings(ctx context.Context, who access.Actor, _ *Nothing) (List[Wording], error) {
	all, err := a.Contacts.Wordings(ctx, who)
	return whole(all, wordingOf), err
}

func (b WordingBody) draft() (contact.WordingDraft, error) {
	d := contact.WordingDraft{Name: b.Name, Text: b.Text.inside(), Keys: make([]contact.ConsentKey, len(b.Keys))}
	for i, k := range b.Keys {
		topic, err := reference[contact.TopicID](fmt.Sprintf("keys[%d].topic", i), k.Topic)
		if err != nil {
			return d, err
		}
		if d.Keys[i], err = keyOf(k.Channel, k.Purpose, ""); err != nil {
			return d, err
		}
		d.Keys[i].Topic = topic
	}
	return d, nil
}

func (a *API) createWording(ctx context.Context, who access.Actor, in *CreateWordingInput) (Wording, error) {
	d, err := in.Body.draft()
	if err != nil {
		return Wording{}, err
	}
	w, err := a.Contacts.CreateWording(ctx, who, d)
	return wordingOf(w), err
}

func (a *API) reviseWording(ctx context.Context, who access.Actor, in *ReviseWordingInput) (Wording, error) {
	id, err := parse[contact.WordingID](in.ID)
	if err != nil {
		return Wording{}, err
	}
	v, err := in.version()
	if err != nil {
		return Wording{}, err
	}
	d, err := in.Body.draft()
	if err != nil {
		return Wording{}, err
	}
	w, err := a.Contacts.ReviseWording(ctx, who, id, v, d)
	return wordingOf(w), err
}

func (a *API) archiveWording(ctx context.Context, who access.Actor, in *ArchiveWordingInput) (Wording, error) {
	id, err := parse[contact.WordingID](in.ID)
	if err != nil {
		return Wording{}, err
	}
	w, err := a.Contacts.ArchiveWording(ctx, who, id, in.Body.Archived)
	return wordingOf(w), err
}

func (a *API) wordingVersions(ctx context.Context, who access.Actor, in *WordingPath) (WordingHistory, error) {
	id, err := parse[contact.WordingID](in.ID)
	if err != nil {
		return WordingHistory{}, err
	}
	all, err := a.Contacts.WordingVersions(ctx, who, id)
	if err != nil {
		return WordingHistory{}, err
	}
	uses, err := a.Contacts.WordingUses(ctx, who, id)
	if err != nil {
		return WordingHistory{}, err
	}
	out := WordingHistory{Items: make([]WordingVersion, len(all))}
	for i, w := range all {
		v := WordingVersion{Wording: wordingOf(w), Sources: []WordingUse{}}
		for _, u := range uses {
			if u.Version == w.Version {
				v.Consents += u.N
				v.Sources = append(v.Sources, WordingUse{Source: string(u.Source), N: u.N})
			}
		}
		out.Items[i] = v
	}
	return out, nil
}
