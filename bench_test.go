package pkerr_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr"
)

// stdBody is a body as a program without this library declares it.
type stdBody struct {
	Message    string                 `json:"message"`
	RetryAfter *int64                 `json:"retry_after,omitempty"`
	Scope      string                 `json:"scope,omitempty"`
	Code       int                    `json:"code"`
	Errors     map[string][]stdObject `json:"errors,omitempty"`
}

type stdObject struct {
	Message      string `json:"message"`
	ActualLength *int   `json:"actual_length,omitempty"`
	MaxLength    *int   `json:"max_length,omitempty"`
}

// written is one body with the two values that marshal to it.
type written struct {
	name string
	body string
	ours *pkerr.Error
	std  stdBody
}

func bodies() []written {
	var fields pkerr.Fields
	fields.TooLong("name", 100, 103)
	fields.TooLong("pronouns", 100, 240)
	fields.Invalid("color")
	return []written{
		{
			name: "A",
			body: `{"message":"System not found.","code":20001}`,
			ours: &pkerr.Error{Code: pkerr.SystemNotFound},
			std:  stdBody{Message: "System not found.", Code: 20001},
		},
		{
			name: "B",
			body: `{"message":"Member 'abcde' not found.","code":20003}`,
			ours: pkerr.MemberNotFound.WithRef("abcde"),
			std:  stdBody{Message: "Member 'abcde' not found.", Code: 20003},
		},
		{
			name: "C",
			body: `{"message":"429: too many requests","retry_after":19,"scope":"generic_get","code":0}`,
			ours: pkerr.TooManyRequests.WithRetryAfter(19 * time.Millisecond).WithScope("generic_get"),
			std:  stdBody{Message: "429: too many requests", RetryAfter: new(int64(19)), Scope: "generic_get"},
		},
		{
			name: "D",
			body: `{"message":"Error parsing JSON model","code":40001,"errors":{` +
				`"color":[{"message":"Field color is invalid."}],` +
				`"name":[{"message":"Field name is too long.","actual_length":103,"max_length":100}],` +
				`"pronouns":[{"message":"Field pronouns is too long.","actual_length":240,"max_length":100}]}}`,
			ours: fields.Err().(*pkerr.Error),
			std: stdBody{Message: "Error parsing JSON model", Code: 40001, Errors: map[string][]stdObject{
				"name":     {{Message: "Field name is too long.", ActualLength: new(103), MaxLength: new(100)}},
				"pronouns": {{Message: "Field pronouns is too long.", ActualLength: new(240), MaxLength: new(100)}},
				"color":    {{Message: "Field color is invalid."}},
			}},
		},
	}
}

func TestError_MarshalJSON_Allocations(t *testing.T) {
	for _, w := range bodies() {
		require.Equal(t, w.body, wire(t, w.ours))
		std, err := json.Marshal(w.std)
		require.NoError(t, err)
		require.Equal(t, w.body, string(std), "the compared results are equal")
		require.LessOrEqual(t, testing.AllocsPerRun(100, func() { _, _ = w.ours.MarshalJSON() }), 1.0, w.name)
	}
}

// BenchmarkWrite compares writing bodies with encoding/json. Use benchstat -col
// /impl to show the two side by side.
func BenchmarkWrite(b *testing.B) {
	for _, w := range bodies() {
		b.Run("body="+w.name+"/impl=pkerr", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := w.ours.MarshalJSON(); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("body="+w.name+"/impl=std", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := json.Marshal(w.std); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// twice wraps err two times, as callers usually do.
func twice(err error) error { return fmt.Errorf("show: %w", fmt.Errorf("load: %w", err)) }

func BenchmarkIs(b *testing.B) {
	err := twice(pkerr.MemberNotFound.WithRef("abcde"))
	for name, target := range map[string]error{
		"itself": pkerr.MemberNotFoundWithRef, "base": pkerr.MemberNotFound, "class": pkerr.NotFound, "other": pkerr.ModelParse,
	} {
		b.Run("target="+name, func(b *testing.B) {
			b.ReportAllocs()
			want := name != "other"
			for b.Loop() {
				if errors.Is(err, target) != want {
					b.Fatal("wrong")
				}
			}
		})
	}
}

func BenchmarkCodeIs(b *testing.B) {
	var target error = pkerr.MemberNotFound
	b.ReportAllocs()
	for b.Loop() {
		if !pkerr.MemberNotFoundWithRef.Is(target) {
			b.Fatal("wrong")
		}
	}
}

func BenchmarkCodeOf(b *testing.B) {
	for name, err := range map[string]error{
		"code":  twice(pkerr.MemberNotFound),
		"error": twice(pkerr.MemberNotFound.WithRef("abcde")),
	} {
		b.Run("of="+name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if pkerr.CodeOf(err) == 0 {
					b.Fatal("wrong")
				}
			}
		})
	}
}
