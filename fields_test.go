package pkerr_test

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr"
)

func TestFields_ZeroValue(t *testing.T) {
	var fields pkerr.Fields
	require.NoError(t, fields.Err())
	fields.TooLong("name", 100, 103)
	fields.Invalid("color")
	fields.Required("timestamp")
	fields.Add("name", pkerr.ErrorObject{Message: "Member name can not be set to null."})
	require.Equal(t, pkerr.Fields{
		"name": {
			{Message: "Field name is too long.", MaxLength: new(100), ActualLength: new(103)},
			{Message: "Member name can not be set to null."},
		},
		"color":     {{Message: "Field color is invalid."}},
		"timestamp": {{Message: "Key 'timestamp' is required."}},
	}, fields)

	err := fields.Err()
	require.Equal(t, pkerr.ModelParse, pkerr.CodeOf(err))
	require.ErrorIs(t, err, pkerr.BadRequest)
	require.Equal(t, fields, pkerr.FieldErrors(err))
	e := err.(*pkerr.Error)
	body, _ := e.MarshalJSON()
	require.Equal(t, `{"message":"Error parsing JSON model","code":40001,"errors":{`+
		`"color":[{"message":"Field color is invalid."}],`+
		`"name":[{"message":"Field name is too long.","actual_length":103,"max_length":100},{"message":"Member name can not be set to null."}],`+
		`"timestamp":[{"message":"Key 'timestamp' is required."}]}}`, string(body))

	// Fields that are added later are not in an existing error.
	fields.Invalid("pronouns")
	require.NotContains(t, pkerr.FieldErrors(err), "pronouns")
}

func TestFields_Add_KeepsOrder(t *testing.T) {
	var fields pkerr.Fields
	for i := range 10 {
		fields.Add("name", pkerr.ErrorObject{Message: strconv.Itoa(i)})
	}
	for i, o := range fields["name"] {
		require.Equal(t, strconv.Itoa(i), o.Message)
	}
}

// Many invalid items of a list are many errors of one key.
func TestFields_Add_Linear(t *testing.T) {
	require.Less(t, testing.AllocsPerRun(1, func() {
		var fields pkerr.Fields
		for range 1000 {
			fields.Add("members", pkerr.ErrorObject{Message: "x"})
		}
	}), 100.0)
}

// An ErrorObject is printed on one line, like everything else.
func TestErrorObject_String(t *testing.T) {
	for want, o := range map[string]pkerr.ErrorObject{
		"":                                      {},
		"m":                                     {Message: "m"},
		"m (actual_length 103, max_length 100)": {Message: "m", MaxLength: new(100), ActualLength: new(103)},
		"m (max_length 100)":                    {Message: "m", MaxLength: new(100)},
		"m (actual_length 0)":                   {Message: "m", ActualLength: new(0)},
		`\x1b[31m\n\u202e`:                      {Message: "\x1b[31m\n\u202e"},
	} {
		require.Equal(t, want, o.String())
		require.Equal(t, "["+want+"]", fmt.Sprint([]pkerr.ErrorObject{o}))
	}
	require.Less(t, len(pkerr.ErrorObject{Message: strings.Repeat("x", 1<<20)}.String()), 200)
}

func TestResponse_MarshalJSON_SortsKeys(t *testing.T) {
	keys := []string{"", "A", "a", "b", "description_templates[0]", "description_templates[10]", "description_templates[2]", "é", "\U0001F600"}
	require.True(t, slices.IsSorted(keys))
	fields := pkerr.Fields{"nothing": nil}
	for _, key := range slices.Backward(keys) {
		fields.Add(key, pkerr.ErrorObject{Message: "m"})
	}
	var want []string
	for _, key := range keys {
		want = append(want, `"`+key+`":[{"message":"m"}]`)
	}
	for range 10 {
		body, err := pkerr.Response{Message: "m", Errors: fields}.MarshalJSON()
		require.NoError(t, err)
		require.Equal(t, `{"message":"m","code":0,"errors":{`+strings.Join(want, ",")+`}}`, string(body))
	}
}

func TestFields_All(t *testing.T) {
	var fields pkerr.Fields
	for _, key := range []string{"z", "name", "Name", "description_templates[10]", "description_templates[2]", "é", ""} {
		fields.Invalid(key)
	}
	fields.TooLong("name", 100, 103)
	fields["nothing"] = nil

	for range 50 {
		var keys []string
		for key, o := range fields.All() {
			keys = append(keys, key+" "+o.String())
		}
		require.Equal(t, []string{
			" Field  is invalid.",
			"Name Field Name is invalid.",
			"description_templates[10] Field description_templates[10] is invalid.",
			"description_templates[2] Field description_templates[2] is invalid.",
			"name Field name is invalid.",
			"name Field name is too long. (actual_length 103, max_length 100)",
			"z Field z is invalid.",
			"é Field é is invalid.",
		}, keys)
	}

	for range fields.All() {
		break // the iterator must stop
	}
	for range pkerr.Fields(nil).All() {
		require.Fail(t, "there is nothing")
	}
}

func TestErrorObject_JSON(t *testing.T) {
	tests := []struct {
		object pkerr.ErrorObject
		want   string
	}{
		{pkerr.ErrorObject{}, `{"message":""}`},
		{pkerr.ErrorObject{Message: "m"}, `{"message":"m"}`},
		{pkerr.ErrorObject{Message: "m", MaxLength: new(100), ActualLength: new(103)}, `{"message":"m","actual_length":103,"max_length":100}`},
		{pkerr.ErrorObject{Message: "m", MaxLength: new(0), ActualLength: new(0)}, `{"message":"m","actual_length":0,"max_length":0}`},
		{pkerr.ErrorObject{Message: "m", MaxLength: new(0)}, `{"message":"m","max_length":0}`},
		{pkerr.ErrorObject{Message: "m", ActualLength: new(math.MaxInt32)}, `{"message":"m","actual_length":2147483647}`},
	}
	for _, test := range tests {
		body, err := json.Marshal(test.object)
		require.NoError(t, err)
		require.Equal(t, test.want, string(body))

		// In a Response it is encoded to the same bytes.
		whole, err := pkerr.Response{Errors: pkerr.Fields{"k": {test.object}}}.MarshalJSON()
		require.NoError(t, err)
		require.Equal(t, `{"message":"","code":0,"errors":{"k":[`+test.want+`]}}`, string(whole))

		// Decoding also distinguishes absent from zero.
		var back pkerr.ErrorObject
		require.NoError(t, json.Unmarshal(body, &back))
		require.Equal(t, test.object, back)
	}
}

func TestFields_String(t *testing.T) {
	var none pkerr.Fields
	require.Empty(t, none.String())
	require.Empty(t, pkerr.Fields{"name": nil}.String())

	var fields pkerr.Fields
	fields.TooLong("name", 100, 103)
	fields.Invalid("color")
	const want = "color: Field color is invalid.; name: Field name is too long. (actual_length 103, max_length 100)"
	require.Equal(t, want, fields.String())
	require.Equal(t, want, fmt.Sprintf("%v", fields))
	require.Equal(t, want, fmt.Sprintf("%+v", fields))
	require.Equal(t, want, fmt.Sprint(fields))

	fields.Add("color", pkerr.ErrorObject{Message: "a", MaxLength: new(0)})
	fields.Add("a", pkerr.ErrorObject{Message: "b", ActualLength: new(0)})
	fields.Add("z", pkerr.ErrorObject{Message: "not shown"})
	fields.Add("z", pkerr.ErrorObject{Message: "nor this"})
	require.Equal(t, "a: b (actual_length 0); color: Field color is invalid.; color: a (max_length 0); "+
		"name: Field name is too long. (actual_length 103, max_length 100); and 2 more", fields.String())
}

func TestFields_String_Hostile(t *testing.T) {
	for name, e := range hostile() {
		if e == nil {
			continue
		}
		t.Run(name, func(t *testing.T) {
			for _, format := range []string{"%v", "%+v", "%s", "%q"} {
				requireOneLine(t, fmt.Sprintf(format, e.Fields))
			}
		})
	}
}

func TestLength(t *testing.T) {
	tests := map[string]int{
		"":                        0,
		"abc":                     3,
		"é":                       1,
		"e\u0301":                 2,
		"日本":                      2,
		"\uffff":                  1,
		"\U00010000":              2,
		"😀":                       2,
		"👩‍🚀":                     5, // two emoji and a joiner
		"🏳️‍🌈":                    6,
		"\x00":                    1,
		"\xff":                    1,
		"a\xffb":                  3,
		strings.Repeat("😀", 1000): 2000,
	}
	for s, want := range tests {
		require.Equal(t, want, pkerr.Length(s), "%.20q", s)
	}
}
