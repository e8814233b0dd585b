package api

import (
	"context"
	"time"

	"keruen/internal/access"
	"keruen/internal/contact"
	"keruen/internal/lang"
)

// Words is a text in three languages. Where one is empty, the Russian one is shown.
type Words struct {
	Ru string `json:"ru" maxLength:"4000"`
	Kk string `json:"kk" required:"false" maxLength:"4000"`
	En string `json:"en" required:"false" maxLength:"4000"`
}

func wordsOf(t lang.Text) Words    { return Words(t) }
func (w Words) inside() lang.Text  { return lang.Text(w) }
func (w *Words) maybe() *lang.Text { return (*lang.Text)(w) }

// Topic is what the account writes about; contacts choose topics, and a campaign may have one.
type Topic struct {
	ID        string    `json:"id" example:"top_0d3f8k2m9q1zr"`
	Name      Words     `json:"name"`
	About     Words     `json:"about" doc:"A sentence for contacts; may be empty."`
	Archived  bool      `json:"archived" doc:"Offered nowhere; what was said about it stays valid."`
	Version   int64     `json:"version"`
	CreatedAt time.Time `json:"created_at"`
}

func (t Topic) version() int64 { return t.Version }

// CreateTopicInput makes a topic.
type CreateTopicInput struct {
	Body struct {
		Name  Words `json:"name"`
		About Words `json:"about,omitempty"`
	}
}

// TopicPath names a topic.
type TopicPath struct {
	ID string `path:"id" maxLength:"40"`
}

// PatchTopicInput changes a topic. Absent fields stay as they are.
type PatchTopicInput struct {
	TopicPath
	IfMatch
	Body struct {
		Name     *Words `json:"name,omitempty"`
		About    *Words `json:"about,omitempty"`
		Archived *bool  `json:"archived,omitempty"`
	}
}

// OrderTopicsInput puts topics in order.
type OrderTopicsInput struct {
	Body struct {
		Topics []string `json:"topics" maxItems:"200" doc:"Ids in the order in which contacts see them; the others follow."`
	}
}

func (a *API) registerTopics(r routes) {
	private(r, get("/topics").needs(viewContacts).as("listTopics", "consent", "Topics in their order, archived ones last"), a.listTopics)
	private(r, post("/topics").needs(editContacts).as("createTopic", "consent", "Make a topic").gives(201).once(), a.createTopic)
	private(r, patch("/topics/{id}").needs(editContacts).as("updateTopic", "consent", "Change, archive or bring back a topic"), a.patchTopic)
	private(r, post("/topics/order").needs(editContacts).as("orderTopics", "consent", "Put topics in order"), a.orderTopics)
}

func topicOf(t contact.Topic) Topic {
	return Topic{ID: t.ID.String(), Name: wordsOf(t.Name), About: wordsOf(t.About), Archived: t.Archived, Version: t.Version, CreatedAt: t.CreatedAt}
}

func (a *API) listTopics(ctx context.Context, who access.Actor, _ *Nothing) (List[Topic], error) {
	all, err := a.Contacts.Topics(ctx, who)
	return whole(all, topicOf), err
}

func (a *API) createTopic(ctx context.Context, who access.Actor, in *CreateTopicInput) (Topic, error) {
	t, err := a.Contacts.CreateTopic(ctx, who, in.Body.Name.inside(), in.Body.About.inside())
	return topicOf(t), err
}

func (a *API) patchTopic(ctx context.Context, who access.Actor, in *PatchTopicInput) (Topic, error) {
	id, err := parse[contact.TopicID](in.ID)
	if err != nil {
		return Topic{}, err
	}
	v, err := in.version()
	if err != nil {
		return Topic{}, err
	}
	b := in.Body
	t, err := a.Contacts.UpdateTopic(ctx, who, id, v, contact.TopicChange{Name: b.Name.maybe(), About: b.About.maybe(), Archived: b.Archived})
	return topicOf(t), err
}

func (a *API) orderTopics(ctx context.Context, who access.Actor, in *OrderTopicsInput) (List[Topic], error) {
	order, err := references[contact.TopicID]("topics", in.Body.Topics)
	if err != nil {
		return List[Topic]{}, err
	}
	all, err := a.Contacts.OrderTopics(ctx, who, order)
	return whole(all, topicOf), err
}
