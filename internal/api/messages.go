package api

import "time"

// Message is one message outside any campaign.
type Message struct {
	ID        string     `json:"id"`
	Kind      string     `json:"kind" doc:"api, test, code."`
	State     string     `json:"state" enum:"pending,in_flight,delivered,retrying,failed,skipped,expired,unknown"`
	Reason    string     `json:"reason,omitempty" doc:"Key of the plain-words catalogue."`
	Detail    string     `json:"detail,omitempty" doc:"The server's own words, without addresses."`
	Attempts  int        `json:"attempts"`
	NextAt    *time.Time `json:"next_at,omitempty"`
	CreatedAt time.Time  `json:"created_at"`
	At        time.Time  `json:"at" doc:"When the state was reached."`
}

// SendMessageInput sends one message. Contact or to is needed; with to, a contact with that address must exist.
type SendMessageInput struct {
	Body struct {
		Sender   string            `json:"sender,omitempty" maxLength:"40" doc:"Empty when the account has one sender."`
		Contact  string            `json:"contact,omitempty" maxLength:"40"`
		To       string            `json:"to,omitempty" maxLength:"254" doc:"Address of a contact of the account."`
		Purpose  string            `json:"purpose" enum:"transactional,advertising,third_party" doc:"A live consent for it is needed."`
		Topic    string            `json:"topic,omitempty" maxLength:"40" doc:"Id of a topic, with advertising: whoever left it does not get the message."`
		Subject  string            `json:"subject" minLength:"1" maxLength:"500"`
		HTML     string            `json:"html,omitempty" maxLength:"1000000"`
		Text     string            `json:"text,omitempty" maxLength:"500000"`
		Vars     map[string]string `json:"vars,omitempty" maxProperties:"100" doc:"Values by name, beside the fields of the contact. Sealed at rest and wiped when the message is done."`
		Tracking *Tracking         `json:"tracking,omitempty"`
	}
}

// MessagePath names a message.
type MessagePath struct {
	ID string `path:"id" maxLength:"60"`
}

func (a *API) registerMessages(r routes) {
	private(r, post("/messages").needs(sendMessages).as("sendMessage", "messages", "Send one message").gives(202).once(), a.sendMessage)
	private(r, get("/messages/{id}").needs(sendMessages).as("getMessage", "messages", "What became of a message"), a.getMessage)
}
