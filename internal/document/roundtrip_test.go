package document_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ringbasic/ringbasic/internal/document"
)

// Every text comes back as it was, as a value, in a list and as the name of a property: the texts that readers of YAML
// take for something else, and thousands made of their pieces.
func TestTextsComeBack(t *testing.T) {
	texts := []string{
		"", "1e75310", "1e400", "-1e400", "0x123456789012345678901234567890", "\nx", "x\n", "\n", "\n\n", " a", "a ", "~", "null", "Null", "=", "<<",
		"!x", "&a", "*a", "%x", "@x", "`x", "1_000", ".5", "+1", "0o7", "0b1", ".inf", "-.INF", ".nan", "2026-01-01", "12:30:45", "\tx", "a\tb",
		"a: b", "a #b", "---", "...", "--- x", "\u0085", "\u2028x", "\ufeffx", "\r\n", "a\r\nb", "\r", "  \n x", "x\n\n", "x\n\n\ny\n", "?", "-", "- a", "0x",
		"1e5",
		"1.", "e5", "0x1p-2", "\x00", "\x1b[0m", "yes", "Off", "true", "[", "{a", "a,b", "'", "\"", "\\", "x\n y\n", "x\n\ty", "#", "x\n#y", "x\n---\ny",
		"x\n...\ny",
	}
	pieces := []string{"\n", " ", "\t", "\r", "a", "B", "0", "1", "e", "x", "_", ".", "-", "+", ":", "#", "<<", "~", "'", "\"", "\\", "|", ">", "[", "{", ",",
		"&", "*", "!", "%",
		"@", "`", "?", "=", "é", "\u0085", "\u2028", "\ufeff", "😀", "---", "\x00", "\x7f"}
	random := rand.New(rand.NewPCG(1, 2))
	for range 5000 {
		var b strings.Builder
		for range 1 + random.IntN(6) {
			b.WriteString(pieces[random.IntN(len(pieces))])
		}
		texts = append(texts, b.String())
	}
	for _, text := range texts {
		properties := document.Mapping(document.String(text), document.Mapping(
			document.String("enum"), document.Sequence(document.String(text), document.String("other")),
			document.String("default"), document.String(text),
		))
		root := document.Mapping(document.String("components"), document.Mapping(document.String("schemas"), document.Mapping(
			document.String("T"), document.Mapping(document.String("properties"), properties))))
		document.Facts(root)
		encoded, err := document.Encode(root, "")
		require.NoError(t, err, "%q", text)
		back, err := document.ParseYAML("back.yaml", encoded)
		require.NoError(t, err, "%q in\n%s", text, encoded)
		schema := document.Get(back, "components", "schemas", "T", "properties", text)
		require.NotNil(t, schema, "the name %q is lost in\n%s", text, encoded)
		value := document.Get(schema, "default")
		require.Equal(t, "!!str "+text, value.Tag+" "+value.Value, "in\n%s", encoded)
		found := false
		for _, item := range document.Get(schema, "enum").Content {
			found = found || item.Tag == "!!str" && item.Value == text
		}
		require.True(t, found, "the item %q is lost in\n%s", text, encoded)
	}
}
