package browsertest_test

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"
)

// serve runs "pkerr serve" and returns its URL.
func serve(t *testing.T) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "pkerr")
	build := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-o", binary, ".")
	build.Dir = filepath.Join("..", "..")
	out, err := build.CombinedOutput()
	require.NoError(t, err, "%s", out)
	cmd := exec.CommandContext(t.Context(), binary, "serve", "--on", "GET /v2/members/{ref}=20002")
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		if url := regexp.MustCompile(`http://\S+`).FindString(lines.Text()); url != "" {
			return url
		}
	}
	t.Fatal("pkerr serve prints no URL")
	return ""
}

// A tab is a browser tab. Its methods fail the test on any error.
type tab struct {
	t   *testing.T
	ctx context.Context
}

// newTab starts Chromium, and opens a page.
func newTab(t *testing.T, url string) *tab {
	t.Helper()
	options := []chromedp.ExecAllocatorOption{
		chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true), chromedp.Flag("disable-dev-shm-usage", true),
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			options = append(options, chromedp.ExecPath(path))
			break
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	b := &tab{t, ctx}
	b.do(chromedp.EmulateViewport(1000, 900))
	b.open(url)
	return b
}

func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	require.NoError(b.t, chromedp.Do(b.ctx, steps...))
}

func (b *tab) open(url string) {
	b.t.Helper()
	b.do(chromedp.Navigate(url))
}

// text returns the text of the first element that a CSS selector finds.
func (b *tab) text(selector string) string {
	b.t.Helper()
	text, err := chromedp.Run(b.ctx, chromedp.Text(chromedp.CSS(selector)))
	require.NoError(b.t, err)
	return text
}

// value returns the value of a JavaScript expression. If it is a promise, value
// awaits it.
func value[T any](b *tab, expression string) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	require.NoError(b.t, err, expression)
	return v
}

// prefer sets the colour scheme that the user prefers.
func (b *tab) prefer(scheme string) {
	b.t.Helper()
	_, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
	})
	require.NoError(b.t, err)
}

// shown returns the codes that the page shows.
func (b *tab) shown() []string {
	b.t.Helper()
	return value[[]string](b, `[...document.querySelectorAll("article:not([hidden])")].map(a => a.id)`)
}

func TestPage_Search(t *testing.T) {
	url := serve(t)
	b := newTab(t, url)
	require.Len(t, b.shown(), 39)
	b.do(chromedp.SendKeys(chromedp.CSS("#q"), "Latch-mode"))
	require.Equal(t, []string{"40009"}, b.shown())
	require.Equal(t, "1 of 39 codes", b.text("#count"))
	b.open(url)
	b.do(chromedp.SetValue(chromedp.CSS("#endpoint"), "GET /messages/{id}"))
	value[bool](b, `endpoint.dispatchEvent(new Event("change"))`)
	require.Equal(t, []string{"400", "20006"}, b.shown())
	b.do(chromedp.Click(chromedp.CSS("#search button")), chromedp.WaitVisible(chromedp.CSS(`[id="20006"]`)))
	require.Equal(t, []string{"400", "20006"}, b.shown(), "after the form was sent")
}

func TestPage_Language(t *testing.T) {
	b := newTab(t, serve(t))
	require.False(t, value[bool](b, `document.querySelector(".localized") !== null`))
	require.Equal(t, int64(31), value[int64](b, `lang.options.length`))
	require.Contains(t, value[string](b, `lang.querySelector("[value=de]").textContent`), "Deutsch")
	value[bool](b, `lang.value = "de", lang.dispatchEvent(new Event("change"))`)
	b.do(chromedp.WaitVisible(chromedp.CSS(`[id="20002"] .localized[lang="de"]`)))
	require.Contains(t, b.text(`[id="20002"] .localized`), "Dieses Mitglied wurde nicht gefunden.")
	require.Equal(t, "de", value[string](b, `lang.value`))
}

func TestPage_Decode(t *testing.T) {
	b := newTab(t, serve(t))
	const pasted = "HTTP/2 404\ncontent-type: application/json\n\n{\"message\":\"Member 'abcde' not found.\",\"code\":20003}"
	b.do(chromedp.SetValue(chromedp.CSS("#response"), pasted), chromedp.Click(chromedp.CSS("#decode button")), chromedp.WaitVisible(chromedp.CSS("#decoded h2")))
	require.Equal(t, "20003/404 MemberNotFoundWithRef", b.text("#decoded h2"))
	require.Contains(t, b.text("#decoded dl"), "Member 'abcde' not found.")
	require.Equal(t, pasted, value[string](b, `document.getElementById("response").value`))
}

func TestPage_Keyboard(t *testing.T) {
	b := newTab(t, serve(t))
	b.do(chromedp.KeyEvent(kb.Tab))
	require.Equal(t, "Skip to the codes", value[string](b, `document.activeElement.textContent`))
	b.do(chromedp.KeyEvent("/"))
	require.Equal(t, "q", value[string](b, `document.activeElement.id`))
	require.Equal(t, "solid", value[string](b, `getComputedStyle(document.activeElement).outlineStyle`), "what has the focus is marked")
	b.do(chromedp.KeyEvent("20009"))
	require.Equal(t, []string{"20009"}, b.shown())
	b.do(chromedp.Focus(chromedp.CSS(`[id="20009"] summary`)), chromedp.KeyEvent(kb.Enter))
	require.True(t, value[bool](b, `document.querySelector("[id='20009'] details").open`))
}

func TestPage_Screens(t *testing.T) {
	url := serve(t)
	b := newTab(t, url)
	value[bool](b, `document.querySelectorAll("details").forEach(d => d.open = true), true`)
	for _, width := range []int64{320, 480, 768, 1600} {
		b.do(chromedp.EmulateViewport(width, 800))
		require.LessOrEqual(t, value[int64](b, `document.documentElement.scrollWidth`), width, "it does not scroll sideways")
	}
	b.prefer("light")
	light := value[string](b, `getComputedStyle(document.body).backgroundColor`)
	b.prefer("dark")
	require.NotEqual(t, light, value[string](b, `getComputedStyle(document.body).backgroundColor`))
	require.Empty(t, value[[]string](b, `performance.getEntriesByType("resource").map(e => e.name).filter(n => !n.startsWith("data:"))`), "nothing is loaded")

	// SCREENSHOTS=DIR saves the screenshots.
	for scheme, width := range map[string]int64{"light": 1000, "dark": 400} {
		b.prefer(scheme)
		b.do(chromedp.EmulateViewport(width, 1400))
		b.open(url + "/?lang=de")
		image, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
		require.NoError(t, err)
		require.NotEmpty(t, image)
		if dir := os.Getenv("SCREENSHOTS"); dir != "" {
			require.NoError(t, os.WriteFile(filepath.Join(dir, scheme+".png"), image, 0o600))
		}
	}
}

// The page works without JavaScript.
func TestPage_WithoutScript(t *testing.T) {
	url := serve(t)
	b := newTab(t, "about:blank")
	_, err := chromedp.Call(b.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	require.NoError(t, err)
	b.open(url)
	b.do(chromedp.SendKeys(chromedp.CSS("#q"), "Latch-mode"), chromedp.Click(chromedp.CSS("#search button")), chromedp.WaitNotVisible(chromedp.CSS(`[id="20001"]`)))
	require.Equal(t, "1 of 39 codes", b.text("#count"))
	b.do(chromedp.SendKeys(chromedp.CSS("#response"), "429"), chromedp.Click(chromedp.CSS("#decode button")), chromedp.WaitVisible(chromedp.CSS("#decoded h2")))
	require.Equal(t, "429, an error whose code is not known", b.text("#decoded h2"))
}

// A page of another origin can send headers to the fake, and read the answer.
func TestServe_OtherOrigin(t *testing.T) {
	url := serve(t)
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = fmt.Fprint(w, "<!doctype html><title>another origin</title>")
	}))
	defer other.Close()
	b := newTab(t, other.URL)
	for path, want := range map[string]string{
		"/as/20003/v2/members/abcde": "404 20003", "/v2/members/abcde": "404 20002", "/codes/401": "401 0", "/corpus/rl-get": "429 0",
	} {
		require.Equal(t, want, value[string](b, fmt.Sprintf(`fetch(%q, {headers: {Authorization: "x", "Content-Type": "application/json"}})
			.then(async r => r.status + " " + (await r.json()).code)`, url+path)), path)
	}
	require.Equal(t, "10", value[string](b, fmt.Sprintf(`fetch(%q).then(r => r.headers.get("X-RateLimit-Limit"))`, url+"/limited")),
		"the headers of the limiter can be read")
}
