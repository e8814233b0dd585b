package cli

import (
	"fmt"

	"keruen/internal/app"
	"keruen/internal/channel/email/shape"
)

type pathsCmd struct {
	Check pathsCheckCmd `cmd:"" help:"Look a shaping file over (mail.shaping), without changing anything."`
}

type pathsCheckCmd struct {
	File string `arg:"" help:"The file."`
}

func (pathsCheckCmd) Help() string {
	return `Reads the file as the program would at its start and names every mistake by its line and key. An address that this machine does
not have is a note, not a mistake: the file may be meant for another machine.`
}

func (p *pathsCheckCmd) Run(e *env) error {
	rules, err := shape.Load(p.File)
	if err != nil {
		return err
	}
	for _, addr := range app.MissingAddresses(rules) {
		fmt.Fprintf(e.out, "note: %s is not an address of this machine\n", addr)
	}
	_, err = fmt.Fprintf(e.out, "%s is in order: %d addresses, %d providers\n", p.File, len(rules.Addresses), len(rules.Providers))
	return err
}
