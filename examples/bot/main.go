// Bot is a chat bot that uses pkerr.ActionOf to decide what to do about an
// error, and explains the error in the user's language.
//
//	go run ./examples/bot
//
// The bot is in bot.go. The API that it calls is a fake of package pkerrtest,
// which answers with one error after another. The program prints the chat and
// the bot's log, and then exits. Nothing is sent over a network.
package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/client"
	"github.com/pkerr/pkerr/pkerrtest"
)

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "bot:", err)
		os.Exit(1)
	}
}

// command is what a user typed, and what the bot does.
type command struct {
	text     string
	language string // the user's locale in Discord
	run      func(ctx context.Context) (string, error)
}

// run prints a chat in which users give commands to the bot.
func run(ctx context.Context, out io.Writer) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	api := newAPI()
	defer api.Close()
	var log, transcript bytes.Buffer
	b := &bot{
		// Transport waits for rate limits, so that no command sees them.
		http:  &http.Client{Transport: &client.Transport{Base: api.Client().Transport}},
		base:  api.URL,
		token: "token",
		log:   slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{ReplaceAttr: shorten})),
	}
	for _, c := range b.commands() {
		answer, err := c.run(ctx)
		if err != nil {
			answer = b.explain(c.language, err)
		}
		fmt.Fprintf(&transcript, "[%s] %s\n%s\n", c.language, c.text, answer)
		if log.Len() > 0 {
			fmt.Fprintf(&transcript, "(log: %s)\n", strings.TrimSpace(log.String()))
			log.Reset()
		}
		transcript.WriteString("\n")
	}
	_, err := transcript.WriteTo(out)
	return err
}

// commands returns the commands of the chat.
func (b *bot) commands() []command {
	type ctx = context.Context
	long := strings.Repeat("Ada ", 30)
	return []command{
		{"/member abcde", "en-US",
			func(c ctx) (string, error) { return b.member(c, "abcde") }},
		{"/member zzzzz", "de",
			func(c ctx) (string, error) { return b.member(c, "zzzzz") }},
		{"/members exmpl", "fr",
			func(c ctx) (string, error) { return b.members(c, "exmpl") }},
		{"/members limit", "en-US",
			func(c ctx) (string, error) { return b.members(c, "limit") }},
		{"/members crash", "en-US",
			func(c ctx) (string, error) { return b.members(c, "crash") }},
		{"/nickname abcde", "en-US",
			func(c ctx) (string, error) { return b.nickname(c, "abcde") }},
		{"/switch abcde", "en-US",
			func(c ctx) (string, error) { return b.switchIn(c, "abcde") }},
		{"/switch abcde xyzzy", "ja",
			func(c ctx) (string, error) { return b.switchIn(c, "abcde", "xyzzy") }},
		{"/rename abcde Ada Ada…", "es-ES",
			func(c ctx) (string, error) { return b.rename(c, "abcde", long) }},
		{"/rename abcde Alice", "en-US",
			func(c ctx) (string, error) { return b.rename(c, "abcde", "Alice") }},
		{"/rename abcde Ann", "en-US",
			func(c ctx) (string, error) { return b.rename(c, "abcde", "Ann") }},
	}
}

// newAPI returns a fake of the API, with the errors of this chat.
func newAPI() *pkerrtest.Server {
	type member struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	}
	var tooLong pkerr.Fields
	tooLong.TooLong("name", 100, 120)

	api := pkerrtest.NewServer(nil)
	api.On("GET /v2/members/{ref}").Reply(pkerr.MemberNotFound)
	api.On("GET /v2/members/abcde").
		ReplyJSON(http.StatusOK, member{"abcde", "Ada"}).
		ReplyJSON(http.StatusOK, member{"abcde", "Alice"})
	api.On("GET /v2/members/{ref}/guilds/{guild}").Reply(pkerr.MemberGuildNotFound)
	api.On("GET /v2/systems/exmpl/members").Reply(pkerr.UnauthorizedMemberList)
	api.On("GET /v2/systems/crash/members").Reply(pkerr.InternalServerError)
	api.On("GET /v2/systems/limit/members").
		Reply(pkerr.TooManyRequests.WithRetryAfter(0).WithScope("generic_get")).
		ReplyJSON(http.StatusOK, []member{{"abcde", "Ada"}, {"fghij", "Bo"}})
	api.On("POST /v2/systems/@me/switches").
		Reply(pkerr.SameSwitchMembers).
		Reply(pkerr.MemberNotFound.WithRef("xyzzy"))
	api.On("PATCH /v2/members/abcde").
		Reply(tooLong.Err()).
		ReplyBytes(http.StatusBadGateway, nil, "<h1>Bad gateway</h1>").
		Reply(pkerr.Unauthorized)
	return api
}

// shorten keeps the message of a log line and the text of its error.
func shorten(groups []string, a slog.Attr) slog.Attr {
	if a.Key == slog.MessageKey || len(groups) > 0 && a.Key == "text" {
		return a
	}
	return slog.Attr{}
}
