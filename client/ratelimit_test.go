package client_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr/client"
)

func TestResponseError_RateLimit(t *testing.T) {
	seconds := time.Date(2026, 8, 17, 16, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		header map[string]string
		want   *client.RateLimit
	}{
		"none": {map[string]string{"Retry-After": "5"}, nil},
		"as the API sends them": {
			map[string]string{"X-RateLimit-Limit": "10", "X-RateLimit-Remaining": "8", "X-RateLimit-Reset": "1786982400", "X-RateLimit-Scope": "own_system_get"},
			&client.RateLimit{Limit: 10, Remaining: 8, Reset: seconds, Scope: "own_system_get"},
		},
		"as the API sent them in 2022": {
			map[string]string{"X-RateLimit-Limit": "2", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1786982400123"},
			&client.RateLimit{Limit: 2, Remaining: 0, Reset: seconds.Add(123 * time.Millisecond)},
		},
		"remaining below zero": {map[string]string{"X-RateLimit-Remaining": "-3"}, &client.RateLimit{}},
		"0 remaining":          {map[string]string{"X-RateLimit-Remaining": "-0"}, &client.RateLimit{}},
		"no digits":            {map[string]string{"X-RateLimit-Remaining": "-"}, &client.RateLimit{Remaining: -1}},
		"an empty value":       {map[string]string{"X-RateLimit-Remaining": ""}, &client.RateLimit{Remaining: -1}},
		"a fraction":           {map[string]string{"X-RateLimit-Remaining": "7.9", "X-RateLimit-Limit": "10.0"}, &client.RateLimit{Remaining: -1}},
		"a scope alone":        {map[string]string{"X-RateLimit-Scope": "x"}, &client.RateLimit{Remaining: -1, Scope: "x"}},
		"junk": {
			map[string]string{"X-RateLimit-Limit": "ten", "X-RateLimit-Remaining": "9e9", "X-RateLimit-Reset": "Mon", "X-RateLimit-Scope": ""},
			&client.RateLimit{Remaining: -1},
		},
		"too large": {map[string]string{"X-RateLimit-Limit": "99999999999999999999", "X-RateLimit-Reset": "9223372036854775807"}, &client.RateLimit{Remaining: -1}},
		"too large by a digit": {
			map[string]string{"X-RateLimit-Limit": "9999999999999999999", "X-RateLimit-Remaining": "9999999999999999999", "X-RateLimit-Reset": "100000000000000"},
			&client.RateLimit{Remaining: -1},
		},
		"negative": {map[string]string{"X-RateLimit-Limit": "-1", "X-RateLimit-Reset": "-1"}, &client.RateLimit{Remaining: -1}},
	} {
		t.Run(name, func(t *testing.T) {
			header := http.Header{}
			for key, value := range c.header {
				header.Set(key, value)
			}
			e, ok := errors.AsType[*client.ResponseError](client.Decode(404, header, nil))
			require.True(t, ok)
			limit, ok := e.RateLimit()
			require.Equal(t, c.want != nil, ok)
			if ok {
				require.Equal(t, *c.want, limit)
			} else {
				require.Equal(t, client.RateLimit{Remaining: -1}, limit)
			}
		})
	}
}
