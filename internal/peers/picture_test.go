//go:build browser

package peers_test

import (
	"bytes"
	"context"
	"flag"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write docs/drift.png")

const (
	pictureWidth, pictureHeight = 1100, 640
	picture                     = "docs/drift.png"
)

// testPicture makes the picture of the README from the committed fixture; only with -update it is written. Pixels
// differ from browser to browser, so that the picture is held against its size alone.
func testPicture(t *testing.T, b *browser) {
	html := filepath.Join(t.TempDir(), "drift.html")
	cmd := exec.Command("go", "run", "./cmd/ringbasic", "drift", "internal/diff/testdata/documents/2026-08.yaml", "--fail-on", "none", "--report", "html="+html)
	cmd.Dir = root
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	text, err := os.ReadFile(html)
	require.NoError(t, err)
	address, _ := serve(t, string(text))
	b.do(t, chromedp.EmulateViewport(pictureWidth, pictureHeight), chromedp.Navigate(address))
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	data, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	require.NoError(t, err)
	file := filepath.Join(root, filepath.FromSlash(picture))
	if *update {
		require.NoError(t, os.WriteFile(file, data, 0o644))
	}
	committed, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Less(t, len(committed), 200<<10, "the picture is to be small")
	for _, image := range [][]byte{data, committed} {
		config, err := png.DecodeConfig(bytes.NewReader(image))
		require.NoError(t, err)
		require.Equal(t, []int{pictureWidth, pictureHeight}, []int{config.Width, config.Height})
	}
}
