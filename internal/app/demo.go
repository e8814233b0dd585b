package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"keruen/internal/access"
	"keruen/internal/campaign"
	"keruen/internal/channel"
	"keruen/internal/channel/email"
	"keruen/internal/contact"
	"keruen/internal/content"
	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/form"
	"keruen/internal/id"
	"keruen/internal/lang"
	"keruen/internal/secret"
)

// Demo is the account to try things out with, as remembered in the data folder.
type Demo struct {
	Email    string            `json:"email"`
	Password string            `json:"password"`
	Account  id.Tenant         `json:"account"`
	List     contact.ListID    `json:"list"`
	Sender   channel.SenderID  `json:"sender"`
	Campaign campaign.ID       `json:"campaign"`
	Topics   []contact.TopicID `json:"topics"`
	Wording  contact.WordingID `json:"wording"`
	Form     form.ID           `json:"form"`
}

const (
	demoEmail    = "demo@keruen.test"
	demoContacts = 1000
	demoWording  = "Согласен получать новости и предложения кофейни по электронной почте"
)

func (a *App) demoPath() string { return filepath.Join(a.Config.Data, "demo.json") }

// ReadDemo returns the demo account, for the words at the start. fs.ErrNotExist when there is none.
func (a *App) ReadDemo() (Demo, error) {
	raw, err := os.ReadFile(a.demoPath())
	if err != nil {
		return Demo{}, err
	}
	var d Demo
	return d, json.Unmarshal(raw, &d)
}

func (a *App) saveDemo(d Demo) error {
	raw, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(a.demoPath(), append(raw, '\n'), 0o600)
}

// ensureDemo makes the demo account step by step. What a step has made is remembered before the next one, so a restart
// goes on where it stopped and makes nothing twice. A new database begins a new demo.
func (a *App) ensureDemo(ctx context.Context) error {
	d, err := a.ReadDemo()
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if d.Account != 0 {
		_, err := a.Access.GetAccount(ctx, access.System(d.Account))
		if err != nil && errs.KindOf(err) != errs.NotFound {
			return err
		}
		if err != nil {
			d = Demo{}
		}
	}
	for _, step := range []func(context.Context, *Demo) error{a.demoAccount, a.demoSender, a.demoFields, a.demoAudience, a.demoTopics, a.demoSegments, a.demoForm, a.demoCampaign} {
		if err := step(ctx, &d); err != nil {
			return err
		}
		if err := a.saveDemo(d); err != nil {
			return err
		}
	}
	return nil
}

func (a *App) demoAccount(ctx context.Context, d *Demo) (err error) {
	if d.Account != 0 {
		return nil
	}
	d.Email, d.Password = demoEmail, "demo-"+secret.NewToken()[:8]
	_, d.Account, err = a.Access.CreateMember(ctx, access.NewMember{
		Email: d.Email, Password: d.Password, FirstName: "Айгерим", Lang: lang.Russian, Account: "Кофейня «Демо»",
	})
	if err != nil {
		return err
	}
	if err := a.Access.SetStaff(ctx, d.Email, access.Operator); err != nil {
		return err
	}
	address, country := "Алматы, проспект Абая, 10", "KZ"
	_, err = a.Access.UpdateAccount(ctx, access.System(d.Account), 0, access.AccountPatch{PostalAddress: &address, ActualAddress: &address, Country: &country})
	return err
}

func (a *App) demoSender(ctx context.Context, d *Demo) error {
	if d.Sender != 0 {
		return nil
	}
	who := access.System(d.Account)
	s, err := a.Senders.Create(ctx, who, email.Draft{Name: "Кофейня «Демо»", Address: "news@demo.keruen.test", Route: email.Route{Kind: email.Direct}})
	if err != nil {
		return err
	}
	d.Sender = s.ID
	_, err = a.Senders.Check(ctx, who, s.ID)
	return err
}

// demoAudience makes a list of contacts with consent. The pretend world decides by the address what becomes of a letter, so the
// same people always behave the same way.
func (a *App) demoAudience(ctx context.Context, d *Demo) error {
	if d.List != 0 {
		return nil
	}
	return a.DB.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		l, err := contact.CreateListTx(ctx, tx, d.Account, "Гости кофейни")
		if err != nil {
			return err
		}
		proof, err := contact.SaveProofTx(ctx, tx, d.Account, contact.Proof{
			Source: contact.FromImport, Wording: demoWording, Evidence: map[string]string{"source": "демонстрационные данные, людей за ними нет"},
		})
		if err != nil {
			return err
		}
		_, err = a.Contacts.BulkUpsert(ctx, tx, contact.Bulk{
			Tenant: d.Account, By: contact.ByEmail, OnExisting: contact.Skip, Lists: []contact.ListID{l.ID}, Proof: proof,
			Consents: []contact.ConsentKey{{Channel: channel.Email, Purpose: channel.Advertising}}, Rows: demoRows(tx.Now),
		})
		d.List = l.ID
		return err
	})
}

func (a *App) demoCampaign(ctx context.Context, d *Demo) error {
	if d.Campaign != 0 {
		return nil
	}
	name, letter := "Открытие кофейни", content.Starter(lang.Russian)
	c, err := a.Campaigns.Create(ctx, access.System(d.Account), campaign.Change{
		Name: &name, Letter: &letter, Sender: &d.Sender, Audience: &contact.Target{Lists: []contact.ListID{d.List}},
	})
	d.Campaign = c.ID
	return err
}

// People of the demo. First names, surnames and domains are combined; nobody in particular is meant, and in the pretend world no letter leaves the machine.
var (
	demoFirst = []struct{ name, latin string }{ // women at even places
		{"Айгерим", "aigerim"}, {"Нурлан", "nurlan"}, {"Мадина", "madina"}, {"Ерлан", "yerlan"}, {"Дана", "dana"}, {"Тимур", "timur"}, {"Алия", "aliya"},
		{"Сергей", "sergey"}, {"Ольга", "olga"}, {"Арман", "arman"}, {"Жанна", "zhanna"}, {"Бауыржан", "bauyrzhan"}, {"Елена", "elena"}, {"Санжар", "sanzhar"},
		{"Асель", "asel"}, {"Игорь", "igor"}, {"Гульнара", "gulnara"}, {"Руслан", "ruslan"}, {"Сауле", "saule"}, {"Виктор", "viktor"},
	}
	demoLast = []struct{ name, latin string }{
		{"Ахметов", "akhmetov"}, {"Ким", "kim"}, {"Иванов", "ivanov"}, {"Сулейменов", "suleimenov"}, {"Оспанов", "ospanov"}, {"Пак", "pak"}, {"Жумабаев", "zhumabaev"},
		{"Петров", "petrov"}, {"Нурпеисов", "nurpeisov"}, {"Ли", "li"}, {"Садыков", "sadykov"}, {"Цой", "tsoi"}, {"Касымов", "kassymov"}, {"Смирнов", "smirnov"},
		{"Байжанов", "baizhanov"}, {"Волков", "volkov"}, {"Тулегенов", "tulegenov"}, {"Омаров", "omarov"}, {"Ибраев", "ibraev"}, {"Мельник", "melnik"},
	}
	demoDomains = []string{"gmail.com", "mail.ru", "gmail.com", "yandex.kz", "inbox.ru", "gmail.com", "mail.ru", "outlook.com", "icloud.com", "yandex.ru", "bk.ru", "altyn-dala.test", "tau-print.test"}
)

func demoRows(today time.Time) []contact.Row {
	rows := make([]contact.Row, demoContacts)
	for i := range rows {
		first, last := demoFirst[i%len(demoFirst)], demoLast[(i/len(demoFirst)+i)%len(demoLast)]
		if woman := i%2 == 0; woman && (strings.HasSuffix(last.name, "ов") || strings.HasSuffix(last.name, "ев")) {
			last.name, last.latin = last.name+"а", last.latin+"a"
		}
		address := fmt.Sprintf("%s.%s%d@%s", first.latin, last.latin, i+1, demoDomains[i%len(demoDomains)])
		rows[i] = contact.Row{Email: contact.Address{Given: address, Key: address}, FirstName: first.name, LastName: last.name, Lang: "ru"}
		rows[i].Fields, rows[i].Tags = demoPerson(i, today)
	}
	return rows
}
