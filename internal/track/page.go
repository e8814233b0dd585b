package track

import (
	"net/http"

	"keruen/internal/delivery"
	"keruen/internal/frame"
)

// The pages of the way out.
type page uint8

const (
	asking page = iota // shall we?
	done               // it is done
	back               // it is taken back
	wrong              // the link is no good
	busy               // something failed here
)

type view struct {
	delivery.Leaving
	Page  page
	Token string // of the link, for those to the other pages about the message
	Query string // keeps the language on the way there
	Spam  bool
	Scope delivery.LeaveScope // what was left a moment ago
	Now   bool                // the button was pressed a moment ago, so the press can be taken back
}

// leaveView is what leave.html is filled with.
type leaveView struct {
	Title, Text, Note string
	Ask               bool
	Spam              string
	Narrow            string // label of the button that leaves only what the letter is about; empty for none
	Button            string
	Scope             delivery.LeaveScope
	More              string // label of the button that leaves the rest too
	Back              string // label of the button that takes it back
	Farewell          string
	Links             []link
}

type link struct{ Href, Name string }

// leaveView puts the page into words.
func (v view) leaveView() leaveView {
	t := leaveWords.in(v.Lang, v.Account, "{address}", v.Address, "{topic}", v.Topic.In(v.Lang))
	say := func(title, text string) leaveView { return leaveView{Title: t[title+"_title"], Text: t[text]} }
	if v.Page == asking && (v.Left || v.TopicLeft) {
		v.Page = done
	}
	about := v.about()
	var out leaveView
	switch v.Page {
	case asking:
		out = say("ask", "ask_"+about)
		out.Ask, out.Button, out.Spam = true, t["button"], t["spam"]
		if about != "text" {
			out.Narrow, out.Button, out.Scope = t[about], t["all"], delivery.LeaveAll
		}
	case done:
		out = v.done(t, say)
	case back:
		out = say("back", "back_text")
	case busy:
		return say("busy", "busy_text")
	default:
		return say("wrong", "wrong_text")
	}
	out.Links = []link{{v.Token + "/preferences" + v.Query, t["choose"]}, {v.Token + "/why" + v.Query, t["why"]}}
	return out
}

// done tells what was left: everything, or only what the letter is about, and then the rest can be left too.
func (v view) done(t map[string]string, say func(title, text string) leaveView) leaveView {
	out := say("done", "done_text")
	if v.narrow() {
		out = say("less", "done_"+v.about())
		out.More = t["all"]
	}
	switch {
	case v.Spam:
		out.Note, out.More = t["done_spam"], ""
	case v.Now && (v.Return || v.narrow()):
		out.Back = t["back"]
	}
	return out
}

// narrow tells that other mailings still come.
func (v view) narrow() bool {
	if v.Others {
		return v.Left && v.Scope != delivery.LeaveAll
	}
	return v.TopicLeft && !v.Left
}

// about names what the letter is about when that can be left alone: its topic, or offers of others.
func (v view) about() string {
	switch {
	case v.Topic.Ru != "" || v.Topic.Kk != "" || v.Topic.En != "":
		return "topic"
	case v.Others:
		return "others"
	}
	return "text"
}

func (s *server) show(w http.ResponseWriter, r *http.Request, code int, v view) {
	if l := asked(r); l != "" {
		v.Lang = l
	}
	v.Token, v.Query = r.PathValue("token"), query(r)
	body := v.leaveView()
	p := frame.Page{Lang: v.Lang, Title: body.Title, NoLangs: v.Page == busy}
	if v.Account != "" {
		p.Brand = v.Account
	}
	s.write(w, r, code, p, "leave.html", body)
}
