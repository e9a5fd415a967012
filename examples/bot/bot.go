package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/client"
	"github.com/pkerr/pkerr/locale"
)

// bot executes the commands of a chat with the API.
type bot struct {
	http  *http.Client
	base  string
	token string
	log   *slog.Logger
}

// explain returns what to tell the user about an error, in the user's language.
func (b *bot) explain(language string, err error) string {
	texts := locale.For(language)
	switch pkerr.ActionOf(err) {
	case pkerr.ActionTreatAsSuccess:
		return "Done." // nothing had to change
	case pkerr.ActionChangeToken:
		return texts.Message(err) + " (/link)"
	case pkerr.ActionFixRequest:
		var problems []string
		for key, problem := range texts.Fields(err) {
			problems = append(problems, key+": "+problem)
		}
		if problems != nil {
			return strings.Join(problems, "\n")
		}
	case pkerr.ActionReport, pkerr.ActionUnknown:
		// The user cannot do anything about it.
		b.log.Error("command failed", "err", pkerr.LogValue(err))
	default:
		// The text of package locale is enough.
	}
	return texts.Message(err)
}

// member answers which member has an ID.
func (b *bot) member(ctx context.Context, ref string) (string, error) {
	name, err := b.nameOf(ctx, ref)
	return "That is " + name + ".", err
}

// members answers how many members a system has.
func (b *bot) members(ctx context.Context, system string) (string, error) {
	var members []struct{}
	err := b.call(ctx, http.MethodGet, "/v2/systems/"+system+"/members", nil, &members)
	return fmt.Sprintf("There are %d members.", len(members)), err
}

// nickname answers what a member is called in this Discord server.
func (b *bot) nickname(ctx context.Context, ref string) (string, error) {
	var settings struct {
		Name string `json:"display_name"`
	}
	const guild = "466378653216014359"
	err := b.call(ctx, http.MethodGet, "/v2/members/"+ref+"/guilds/"+guild, nil, &settings)
	if pkerr.ActionOf(err) == pkerr.ActionTreatAsEmpty {
		return "There is no nickname in this server.", nil
	}
	return "The nickname in this server is " + settings.Name + ".", err
}

// switchIn switches members in.
func (b *bot) switchIn(ctx context.Context, refs ...string) (string, error) {
	return "Done.", b.call(ctx, http.MethodPost, "/v2/systems/@me/switches",
		map[string]any{"members": refs}, nil)
}

// rename gives a member a new name.
func (b *bot) rename(ctx context.Context, ref, name string) (string, error) {
	err := b.call(ctx, http.MethodPatch, "/v2/members/"+ref, map[string]string{"name": name}, nil)
	if pkerr.ActionOf(err) == pkerr.ActionVerify {
		// The answer was lost, but the API may have renamed the member.
		if current, readErr := b.nameOf(ctx, ref); readErr == nil && current == name {
			err = nil
		}
	}
	return "Done.", err
}

func (b *bot) nameOf(ctx context.Context, ref string) (string, error) {
	var member struct {
		Name string `json:"name"`
	}
	err := b.call(ctx, http.MethodGet, "/v2/members/"+ref, nil, &member)
	return member.Name, err
}

// call sends a request and decodes the response into dst. body and dst may be
// nil.
func (b *bot) call(ctx context.Context, method, path string, body, dst any) error {
	var reader io.Reader
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			return err
		}
		reader = bytes.NewReader(encoded)
	}
	req, err := http.NewRequestWithContext(ctx, method, b.base+path, reader)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", b.token)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "pkerr-bot")
	resp, err := b.http.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if err := client.Check(resp); err != nil || dst == nil {
		return err
	}
	return json.NewDecoder(resp.Body).Decode(dst)
}
