package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"keruen/internal/access"
	"keruen/internal/app"
	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/lang"
	"keruen/internal/page"
	"keruen/internal/secret"
)

type userCmd struct {
	Add      userAddCmd      `cmd:"" help:"Make a login, with an account of its own or in an existing one."`
	List     userListCmd     `cmd:"" help:"List everybody with a login."`
	Password userPasswordCmd `cmd:"" help:"Set a new password; ends all sessions and switches the second factor off."`
	Staff    userStaffCmd    `cmd:"" help:"Let a person run the installation (sending paths and the like), or no longer."`
}

type userAddCmd struct {
	Email    string `arg:"" help:"E-mail address, which is the login."`
	Name     string `help:"First name."`
	Role     string `default:"owner" help:"owner, marketer, chat_operator, accountant or viewer."`
	Account  string `placeholder:"ID" help:"Id of the account to join (acc_…); a new account when absent."`
	Company  string `placeholder:"NAME" help:"Name of the new account; the address when absent."`
	House    bool   `help:"Join the operator's own account, from which codes and notices are sent."`
	Lang     string `default:"ru" help:"ru, kk or en."`
	Generate bool   `help:"Make a password and print it, instead of reading one."`
}

func (userAddCmd) Help() string {
	return `Examples:
  keruen user add aigerim@example.kz --company "Кофейня"          asks for the password
  keruen user add aigerim@example.kz --generate                   prints a password
  printf %s "$PASSWORD" | keruen user add aigerim@example.kz      reads it from a pipe`
}

func (u *userAddCmd) Run(e *env) error {
	return e.open(func(ctx context.Context, a *app.App) error {
		n := access.NewMember{Email: u.Email, FirstName: u.Name, Role: access.Role(u.Role), House: u.House, Account: u.Company}
		if n.Account == "" {
			n.Account = u.Email
		}
		n.Lang, _ = lang.Parse(u.Lang)
		if u.Account != "" {
			if err := n.Tenant.UnmarshalText([]byte(u.Account)); err != nil {
				return err
			}
		}
		var err error
		if n.Password, err = e.password(u.Generate); err != nil {
			return err
		}
		m, in, err := a.Access.CreateMember(ctx, n)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(e.out, "%s may sign in at %s/sign-in  (member %s, account %s)\n", m.Email, a.URL, m.ID, in)
		return err
	})
}

type userListCmd struct{}

func (userListCmd) Run(e *env) error {
	return e.open(func(ctx context.Context, a *app.App) error {
		w := tabwriter.NewWriter(e.out, 0, 4, 2, ' ', 0)
		fmt.Fprintln(w, "EMAIL\tNAME\tSECOND FACTOR\tSINCE\tID")
		for ask := (page.Ask{Limit: page.MaxLimit}); ; {
			got, err := a.Access.ListPeople(ctx, ask)
			if err != nil {
				return err
			}
			for _, m := range got.Items {
				fmt.Fprintf(w, "%s\t%s\t%t\t%s\t%s\n", m.Email, strings.TrimSpace(m.FirstName+" "+m.LastName), m.TOTP, m.CreatedAt.Format("2006-01-02"), m.ID)
			}
			if got.Next == "" {
				return w.Flush()
			}
			if ask, err = page.Read(got.Next, page.MaxLimit); err != nil {
				return err
			}
		}
	})
}

type userPasswordCmd struct {
	Email    string `arg:"" help:"E-mail address of the person."`
	Generate bool   `help:"Make a password and print it, instead of reading one."`
}

func (u *userPasswordCmd) Run(e *env) error {
	return e.open(func(ctx context.Context, a *app.App) error {
		password, err := e.password(u.Generate)
		if err != nil {
			return err
		}
		if err := a.Access.SetPassword(ctx, u.Email, password); err != nil {
			return err
		}
		_, err = fmt.Fprintln(e.out, "The password is set. All sessions of the person have ended.")
		return err
	})
}

type userStaffCmd struct {
	Email string `arg:"" help:"E-mail address of the person."`
	Role  string `arg:"" help:"operator or none."`
}

func (u *userStaffCmd) Run(e *env) error {
	return e.open(func(ctx context.Context, a *app.App) error {
		role, err := access.ParseStaff(u.Role)
		if err != nil {
			return err
		}
		if err := a.Access.SetStaff(ctx, u.Email, role); err != nil {
			return err
		}
		_, err = fmt.Fprintf(e.out, "%s: %s\n", u.Email, u.Role)
		return err
	})
}

var errNoPassword = errs.New(errs.Invalid, "cli.no_password", "No password was given. Type one, pipe one in, or say --generate.")

// password makes one and prints it, or reads a line from the standard input.
func (e *env) password(generate bool) (string, error) {
	if generate {
		p := secret.NewToken()[:16]
		_, err := fmt.Fprintf(e.out, "Password: %s\n", p)
		return p, err
	}
	if f, ok := e.in.(*os.File); ok {
		if s, err := f.Stat(); err == nil && s.Mode()&os.ModeCharDevice != 0 {
			fmt.Fprint(e.out, "Password (shown while you type): ")
		}
	}
	line, err := bufio.NewReader(io.LimitReader(e.in, 4096)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	if line = strings.TrimRight(line, "\r\n"); line == "" {
		return "", errNoPassword
	}
	return line, nil
}

// account is the flag of commands that work inside one account.
type account struct {
	Account string `required:"" placeholder:"ID" help:"Id of the account (acc_…), as shown in the cabinet under Settings and by user add."`
}

// actor is the program itself in the account, which must exist.
func (f account) actor(ctx context.Context, a *app.App) (access.Actor, error) {
	var t id.Tenant
	if err := t.UnmarshalText([]byte(f.Account)); err != nil {
		return access.Actor{}, err
	}
	_, err := a.Access.GetAccount(ctx, access.System(t))
	return access.System(t), err
}
