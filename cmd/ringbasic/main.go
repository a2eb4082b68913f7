// Command ringbasic pins, builds, checks and compares RingCentral's API description. See ringbasic --help.
package main

import (
	"os"

	"github.com/ringbasic/ringbasic/internal/cli"
)

func main() { os.Exit(cli.Run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }
