// Command keruen is the whole product: the site, the cabinet, the API, the jobs, the outbound pipeline and the commands of the
// administrator.
package main

import (
	"context"
	"os"

	"keruen/internal/cli"
)

func main() {
	os.Exit(cli.Main(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
