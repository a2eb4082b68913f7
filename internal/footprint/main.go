// Command footprint tells what a service takes on board with the generated client, beside the clients of other vendors:
// the modules that it vendors and that its version selection reads, the size of its vendor folder, and that of a
// program, without symbols, that makes one call. Each is a new module in a temporary folder, made with the go command,
// which may ask the module proxy.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"text/tabwriter"
)

func main() {
	root := flag.String("root", ".", "the top folder of the project")
	only := flag.String("only", "", "those whose name has this in it")
	flag.Parse()
	if err := run(context.Background(), os.Stdout, *root, *only); err != nil {
		fmt.Fprintln(os.Stderr, "footprint:", err)
		os.Exit(3)
	}
}

const module = "github.com/ringbasic/ringbasic"

// consumer is a program of a service.
type consumer struct {
	name     string
	requires string // module and version, "" for none
	imports  string // by spaces
	call     string // in main, with ctx
}

var consumers = []consumer{
	{
		"net/http alone",
		"",
		"net/http",
		`http.NewRequestWithContext(ctx, "GET", "https://localhost", nil); http.Get("https://localhost")`,
	},
	{"ringcentral", module + " v0.0.0", module + "/generated/ringcentral",
		`c, _ := ringcentral.NewClient(""); c.ReadCustomGreeting(ctx, "~", "~", "1")`},
	{"ringcentral and transport", module + " v0.0.0", module + "/generated/ringcentral " + module + "/transport",
		`t, _ := transport.New(transport.Config{Group: ringcentral.ThrottlingGroup})
		c, _ := ringcentral.NewClient("", ringcentral.WithHTTPClient(t.Client())); c.ReadCustomGreeting(ctx, "~", "~", "1")`},
	{"stripe-go", "github.com/stripe/stripe-go/v82 v82.5.1", "github.com/stripe/stripe-go/v82",
		`stripe.NewClient("key").V1Customers.Retrieve(ctx, "1", nil)`},
	{"openai-go", "github.com/openai/openai-go/v3 v3.98.0", "github.com/openai/openai-go/v3",
		`c := openai.NewClient(); c.Chat.Completions.New(ctx, openai.ChatCompletionNewParams{})`},
	{"datadog", "github.com/DataDog/datadog-api-client-go/v2 v2.67.0",
		"github.com/DataDog/datadog-api-client-go/v2/api/datadog " +
			"github.com/DataDog/datadog-api-client-go/v2/api/datadogV1",
		`datadogV1.NewMonitorsApi(datadog.NewAPIClient(datadog.NewConfiguration())).GetMonitor(ctx, 1)`},
}

func run(ctx context.Context, w io.Writer, root, only string) error {
	root, err := filepath.Abs(root)
	if err != nil {
		return err
	}
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "service with\tmodules vendored\tmodules read\tvendor folder\tbinary")
	var problems []error
	for _, c := range consumers {
		if !strings.Contains(c.name, only) {
			continue
		}
		p, err := c.measure(ctx, root)
		if err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", c.name, err))
			continue
		}
		fmt.Fprintf(
			out,
			"%s\t%d\t%d\t%.2f MB\t%.2f MB\n",
			c.name,
			p.vendored,
			p.read,
			float64(p.vendor)/1e6,
			float64(p.binary)/1e6,
		)
	}
	return errors.Join(append(problems, out.Flush())...)
}

// print is what a service takes on board.
type print struct {
	vendored, read int
	vendor, binary int64 // bytes
}

func (c consumer) measure(ctx context.Context, root string) (p print, err error) {
	dir, err := os.MkdirTemp("", "ringbasic-footprint")
	if err != nil {
		return p, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	for name, text := range c.files(root) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			return p, err
		}
	}
	for _, args := range [][]string{
		{"mod", "tidy"}, {"mod", "vendor"}, {"build", "-mod=vendor", "-trimpath", "-ldflags=-s -w", "-o", "desk", "."},
	} {
		if _, err := goCommand(ctx, dir, args...); err != nil {
			return p, err
		}
	}
	all, err := goCommand(ctx, dir, "list", "-mod=mod", "-m", "all")
	if err != nil {
		return p, err
	}
	p.read = strings.Count(all, "\n") - 1 // without itself
	if p.vendored, err = vendored(filepath.Join(dir, "vendor", "modules.txt")); err != nil {
		return p, err
	}
	if p.vendor, err = size(filepath.Join(dir, "vendor")); err != nil {
		return p, err
	}
	p.binary, err = size(filepath.Join(dir, "desk"))
	return p, err
}

// files are those of the consumer's module.
func (c consumer) files(root string) map[string]string {
	mod := "module example.com/desk\n\ngo 1.26\n"
	if c.requires != "" {
		mod += "\nrequire " + c.requires + "\n"
	}
	if strings.HasPrefix(c.requires, module+" ") {
		mod += "\nreplace " + module + " => " + root + "\n"
	}
	program := "package main\n\nimport (\n\t\"context\"\n"
	for name := range strings.FieldsSeq(c.imports) {
		program += fmt.Sprintf("\t%q\n", name)
	}
	return map[string]string{
		"go.mod":  mod,
		"main.go": program + ")\n\nfunc main() {\n\tctx := context.Background()\n\t" + c.call + "\n}\n",
	}
}

func goCommand(ctx context.Context, dir string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "GOFLAGS=", "GOWORK=off", "CGO_ENABLED=0")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("go %s: %w: %s", strings.Join(args, " "), err, strings.TrimSpace(stderr.String()))
	}
	return string(out), nil
}

// vendored counts the modules of vendor/modules.txt, without replacements, which stand at its end once more. Without
// modules there is no such file.
func vendored(file string) (int, error) {
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	n := 0
	for line := range strings.Lines(string(text)) {
		if fields := strings.Fields(line); len(fields) > 2 && fields[0] == "#" && fields[2] != "=>" {
			n++
		}
	}
	return n, err
}

// size is that of a file, or of all files of a folder; 0 if there is none.
func size(root string) (total int64, err error) {
	err = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) && path == root {
			return nil
		}
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err == nil {
			total += info.Size()
		}
		return err
	})
	return total, err
}
