package document_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ringbasic/ringbasic/internal/contract"
	"github.com/ringbasic/ringbasic/internal/diff"
	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/names"
	"github.com/ringbasic/ringbasic/internal/overlay"
	"github.com/ringbasic/ringbasic/internal/pin"
)

func TestOperationsAreBounded(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("openapi: 3.0.3\ninfo: {title: T, version: '1'}\npaths:\n")
	for i := range document.MaxOperations {
		fmt.Fprintf(&b, " /%d: {get: {}}\n", i)
	}
	_, err := document.Parse("vendor.yaml", []byte(b.String()))
	require.NoError(t, err)
	b.WriteString(" /more: {get: {}}\n")
	_, err = document.Parse("vendor.yaml", []byte(b.String()))
	require.EqualError(t, err, "vendor.yaml:200004:15: more than 200000 operations, which is more than is read: split the document, or take out what is "+
		"not wanted")
}

// Files that are written by hand are bounded, whatever they hold.
func TestOwnFilesAreBounded(t *testing.T) {
	t.Parallel()
	huge := []byte("a: '" + strings.Repeat("x", document.MaxOwnSize) + "'\n")
	for name, parse := range map[string]func() error{
		"overlay":    func() error { _, err := overlay.Parse("f.yaml", huge); return err },
		"names":      func() error { _, err := names.Parse("f.yaml", huge); return err },
		"waivers":    func() error { _, err := diff.ParseWaivers("f.yaml", huge); return err },
		"lock":       func() error { _, err := pin.ParseLock("f.yaml", huge); return err },
		"suite":      func() error { _, err := contract.ParseWaivers("f.yaml", huge); return err },
		"unrecorded": func() error { _, err := contract.ParseUnrecorded("f.yaml", huge); return err },
	} {
		require.EqualError(t, parse(), "f.yaml: larger than 4 MiB, which no file is that is written by hand: is this the right file?", name)
	}
}
