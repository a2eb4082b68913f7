package overlay_test

import (
	"testing"

	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/overlay"
)

// Whatever an overlay says of a document, applying it ends; and what an update has said it does not say again.
func FuzzApply(f *testing.F) {
	const head = "overlay: 1.1.0\ninfo: {title: T, version: 1.0.0}\nx-speakeasy-jsonpath: rfc9535\nactions:\n"
	for _, actions := range []string{
		"  - {target: $.a, description: d, update: {b: [1, 2], c: {d: e}}}\n",
		"  - {target: \"$.a[?@.b == 1]\", description: d, remove: true}\n  - {target: $..x, description: d, copy: $.a}\n",
		"  - {target: $.a.enum, description: d, update: [x, x]}\n",
	} {
		f.Add(actions, "a: {b: [{b: 1}], enum: [x], x: {}}")
	}
	f.Fuzz(func(t *testing.T, actions, text string) {
		o, err := overlay.Parse("o.yaml", []byte(head+actions))
		if err != nil {
			return
		}
		root, err := document.ParseYAML("d.yaml", []byte(text))
		if err != nil {
			return
		}
		for _, a := range o.Actions {
			strays := a.Stray(root)
			if _, err := a.Apply(root); err != nil || a.Remove || a.Copy != "" || len(strays) > 0 {
				continue
			}
			if _, changes := a.Effect(root); changes {
				t.Errorf("%s has more to say after it was applied: %s", a.Target, document.JSON(root))
			}
		}
	})
}
