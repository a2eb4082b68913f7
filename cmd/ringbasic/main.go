// Command ringbasic pins, builds, checks and compares RingCentral's API description. See ringbasic --help.
package main

import (
	"os"
	"runtime/debug"

	"github.com/ringbasic/ringbasic/internal/cli"
)

func main() {
	debug.SetGCPercent(200) // a short life: half the collections for a few MiB
	os.Exit(cli.Run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
