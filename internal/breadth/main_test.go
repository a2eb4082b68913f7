package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ringbasic/ringbasic/internal/document"
)

const things = `openapi: 3.0.3
info: {title: Things, version: '1'}
servers: [{url: 'https://things.example'}]
paths:
  /thing/{id}:
    get:
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses: {'204': {description: there}}
    put:
      operationId: putThing
      parameters:
        - {name: id, in: path, required: true, schema: {type: string}}
        - {name: who, in: cookie, schema: {type: string}}
      responses: {'204': {description: there}}
  /it's/{a}:
    delete:
      operationId: deleteIt
      parameters: [{name: a, in: path, required: true, schema: {type: string}}]
      responses: {'204': {description: gone}}
`

func TestBreadth(t *testing.T) {
	file := filepath.Join(t.TempDir(), "things.yaml")
	require.NoError(t, os.WriteFile(file, []byte(things), 0o644))
	took := regexp.MustCompile(`built in [0-9.µm]+s`)
	for _, test := range []struct {
		verbose bool
		want    string
	}{
		{false, `^FILE: 3 operations, 2 built one by one \(66\.7 %\)
     1  .*cookie.*
  oapi-codegen: 3 one by one \(100\.0 %\)
  oapi-codegen, all in one package: built
  those in one package: TOOK
$`},
		{true, `(?s)^  PUT /thing/\{id\}: .*cookie.*who.*\nFILE: 3 operations, 2 `},
	} {
		var out strings.Builder
		require.NoError(t, run(t.Context(), &out, []string{file}, "", test.verbose))
		require.Regexp(t, test.want, took.ReplaceAllString(strings.ReplaceAll(out.String(), file, "FILE"), "TOOK"))
	}
}

func TestNothingToBuild(t *testing.T) {
	var out strings.Builder
	require.EqualError(t, run(t.Context(), &out, nil, "", false), "name the documents to build: breadth FILE…")
	missing := filepath.Join(t.TempDir(), "missing.yaml")
	require.ErrorIs(t, run(t.Context(), &out, []string{missing}, "", false), os.ErrNotExist)
	require.Empty(t, out.String())
}

// A stand-in for ogen: a program that refuses what holds a cookie.
func TestOgen(t *testing.T) {
	dir := t.TempDir()
	file, program := filepath.Join(dir, "things.yaml"), filepath.Join(dir, "ogen")
	require.NoError(t, os.WriteFile(file, []byte(things), 0o644))
	require.NoError(t, os.WriteFile(program, []byte("#!/bin/sh\n! grep -q cookie \"$3\"\n"), 0o755))
	var out strings.Builder
	require.NoError(t, run(t.Context(), &out, []string{file}, program, false))
	require.Contains(t, out.String(), "  ogen: 1 of a sample of 1\n")
	doc, err := document.ReadFile(file)
	require.NoError(t, err)
	require.NoError(t, ogen(t.Context(), program, doc, "GET /thing/{id}"))
	require.ErrorContains(t, ogen(t.Context(), program, doc, "PUT /thing/{id}"), "exit status 1")
	require.ErrorIs(t, ogen(t.Context(), filepath.Join(dir, "missing"), doc, "GET /thing/{id}"), os.ErrNotExist)
}
