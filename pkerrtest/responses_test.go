package pkerrtest_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/client"
	"github.com/pkerr/pkerr/pkerrtest"
)

// The package has a copy, because go:embed cannot reach the original.
func TestResponses_Corpus(t *testing.T) {
	want, err := os.ReadFile(filepath.Join("..", "testdata", "corpus.jsonl"))
	require.NoError(t, err)
	got, err := os.ReadFile(filepath.Join("testdata", "corpus.jsonl"))
	require.NoError(t, err)
	require.True(t, bytes.Equal(want, got), "they differ: go generate ./pkerrtest")
}

func TestResponses(t *testing.T) {
	file, err := os.Open(filepath.Join("..", "testdata", "corpus.jsonl"))
	require.NoError(t, err)
	defer file.Close()
	rows := json.NewDecoder(file)

	count := 0
	codes := map[pkerr.Code]bool{}
	for name, resp := range pkerrtest.Responses() {
		count++
		var row struct {
			ID         string            `json:"id"`
			Status     int               `json:"status"`
			Headers    map[string]string `json:"headers"`
			Body       string            `json:"body"`
			BodyBase64 []byte            `json:"body_base64"`
			Expect     struct {
				Code int64 `json:"code"`
			} `json:"expect"`
		}
		require.NoError(t, rows.Decode(&row))
		require.Equal(t, row.ID, name)
		require.Equal(t, row.Status, resp.StatusCode, name)
		header := http.Header{}
		for key, value := range row.Headers {
			header.Set(key, value)
		}
		require.Equal(t, header, resp.Header, name)
		require.Nil(t, resp.Request, name)

		body, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		require.EqualValues(t, len(body), resp.ContentLength, name)
		if name == "reflect-1mb" {
			require.Greater(t, len(body), 1<<20)
		} else {
			require.Equal(t, row.Body+string(row.BodyBase64), string(body), name)
		}

		// Package client finds its code.
		decoded := client.Decode(resp.StatusCode, resp.Header, body)
		codes[pkerr.CodeOf(decoded)] = true
		require.Equal(t, pkerr.MakeCode(row.Expect.Code, row.Status), pkerr.CodeOf(decoded), name)
	}
	require.False(t, rows.More(), "all rows are there")
	require.GreaterOrEqual(t, count, 191)
	seen := 0 // A code can be known without a recorded response.
	for code := range pkerr.Codes() {
		if codes[code] {
			seen++
		}
	}
	require.GreaterOrEqual(t, seen, 39)
}

func TestResponses_Fresh(t *testing.T) {
	for range 2 {
		for name, resp := range pkerrtest.Responses() {
			require.Equal(t, "doc-0-500", name)
			require.Equal(t, "application/json", resp.Header.Get("Content-Type"))
			require.ErrorIs(t, client.Check(resp), pkerr.InternalServerError)
			require.NotEmpty(t, resp.Header)
			resp.Header.Set("Content-Type", "changed")
			break // the iterator must stop
		}
	}
}
