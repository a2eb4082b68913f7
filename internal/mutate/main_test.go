package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// Of a package whose tests leave gaps, the gaps are told and nothing else.
func TestMutate(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod": "module example.com/shop\n\ngo 1.26\n",
		"shop.go": `package shop

const limit = 2 * 5

type cents int

// Price is for so many at so much.
func Price(n int, each cents) cents {
	if n >= limit {
		return cents(n)*each - each
	}
	return cents(n) * each
}

func Positive(n int) bool {
	return n > 0
}

func Last(n int) int {
	n++
	return n + -2
}

func Never(a, b string) bool { return a == b }
`,
		"shop_test.go": `package shop

import "testing"

func TestPrice(t *testing.T) {
	if Price(9, 3) != 27 || Price(10, 3) != 27 {
		t.Fatal()
	}
}

func TestPositive(t *testing.T) {
	if !Positive(5) || Positive(-5) {
		t.Fatal()
	}
}

func TestLast(t *testing.T) {
	if Last(3) != 2 {
		t.Fatal()
	}
}

func TestSlow(t *testing.T) { t.Fatal() }
`,
		"user/user.go":      "package user\n\nimport \"example.com/shop\"\n\nfunc Same() bool { return shop.Never(\"a\", \"a\") }\n",
		"user/user_test.go": "package user\n\nimport \"testing\"\n\nfunc TestSame(t *testing.T) {\n\tif !Same() {\n\t\tt.Fatal()\n\t}\n}\n",
	} {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), []string{"-C", dir, "-skip", "Slow", "."}, &out))
	require.Equal(t, `.: 9 killed, 1 lived, 1 not reached, 0 that do not compile
  shop.go:16:11: moved by one: return n > 0
  shop.go:24:41: negated: func Never(a, b string) bool { return a == b }
`, out.String())
	out.Reset()
	require.NoError(t, run(t.Context(), []string{"-C", dir, "-skip", "Slow", "-with", "./user", "."}, &out))
	require.Equal(t, `.: 9 killed, 1 lived, 1 not reached, 0 that do not compile
what is left, with ./user: 1 killed, 0 lived, 1 not reached, 0 that do not compile
  shop.go:16:11: moved by one: return n > 0
`, out.String())
	require.ErrorContains(t, run(t.Context(), []string{"-C", dir, "."}, &out), "TestSlow fails without a change")
	require.ErrorContains(t, run(t.Context(), []string{"-C", dir, "./nowhere"}, &out), "./nowhere: not one package that compiles")
	require.ErrorContains(t, run(t.Context(), nil, &out), "name a package")
}
