package ringbasic_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// licences are those that a dependency may have, by a sentence that only it holds.
var licences = map[string]string{
	"MIT":        "Permission is hereby granted, free of charge, to any person obtaining a copy",
	"BSD":        "Redistribution and use in source and binary forms, with or without modification",
	"Apache-2.0": "TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION",
	"ISC":        "Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee",
	"MPL-2.0":    "Mozilla Public License Version 2.0",
}

// ours are the licences of what a service imports. It is built into the service.
var ours = []string{"BSD", "MIT"}

// TestLicences reads the licence of each module that a package of the project imports: none may be unknown, and what a service
// imports is MIT or BSD.
func TestLicences(t *testing.T) {
	t.Parallel()
	const format = "{{with .Module}}{{.Path}} {{.Dir}}{{end}}"
	known := 0
	for line := range strings.Lines(command(t, ".", "go", "list", "-deps", "-f", format, "./...")) {
		if module, dir, ok := strings.Cut(strings.TrimSpace(line), " "); ok {
			require.NotEmpty(t, licence(t, dir), "%s has a licence that is none of those that are known", module)
			known++
		}
	}
	require.Positive(t, known)
	for line := range strings.Lines(command(t, ".", "go", "list", "-deps", "-f", format,
		"./generated/ringcentral", "./transport", "./ringcentraltest")) {
		if module, dir, ok := strings.Cut(strings.TrimSpace(line), " "); ok && module != "github.com/ringbasic/ringbasic" {
			require.Contains(t, ours, licence(t, dir), module)
		}
	}
}

func licence(t *testing.T, dir string) string {
	t.Helper()
	for _, pattern := range []string{"LICENSE*", "LICENCE*", "COPYING*"} {
		files, err := filepath.Glob(filepath.Join(dir, pattern))
		require.NoError(t, err)
		for _, file := range files {
			data, err := os.ReadFile(file)
			require.NoError(t, err)
			text := strings.Join(strings.Fields(string(data)), " ")
			var found []string
			for name, sentence := range licences {
				if strings.Contains(text, sentence) {
					found = append(found, name)
				}
			}
			slices.Sort(found)
			if len(found) > 0 {
				return found[0]
			}
		}
	}
	return ""
}
