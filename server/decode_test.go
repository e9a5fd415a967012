package server_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/server"
)

// decode decodes a body as a JSON request.
func decode(body string, dst any, opts ...server.Option) error {
	return decodeFrom(strings.NewReader(body), dst, opts...)
}

func decodeFrom(body io.Reader, dst any, opts ...server.Option) error {
	r := httptest.NewRequest(http.MethodPost, "/", body)
	r = r.WithContext(server.NewContext(r.Context(), opts...))
	r.Header.Set("Content-Type", "application/json")
	return server.DecodeJSON(httptest.NewRecorder(), r, dst)
}

// decodeStrictly is like decode, but rejects unknown keys.
func decodeStrictly(body string, dst any) error {
	return decode(body, dst, server.WithDisallowUnknownFields(true))
}

type proxyTag struct {
	Prefix string `json:"prefix"`
	Suffix *string
}

// color has an UnmarshalText of its own.
type color uint32

func (c *color) UnmarshalText(text []byte) error {
	_, err := fmt.Sscanf(string(text), "%06x", (*uint32)(c))
	return err
}

// pair is a list that must have two items.
type pair [2]int

func (p *pair) UnmarshalJSON(data []byte) error {
	var list []int
	if err := json.Unmarshal(data, &list); err != nil {
		return err
	}
	if copy(p[:], list) != 2 || len(list) != 2 {
		return errors.New("want two")
	}
	return nil
}

// interval is an object with a rule about two of its fields.
type interval struct{ From, To int }

func (i *interval) UnmarshalJSON(data []byte) error {
	type plain interval
	if err := json.Unmarshal(data, (*plain)(i)); err != nil {
		return err
	}
	if i.From > i.To && i.To != 0 {
		return errors.New("from is after to")
	}
	return nil
}

type member struct {
	Name      string         `json:"name"`
	Color     *color         `json:"color"`
	Birthday  *time.Time     `json:"birthday"`
	ProxyTags []proxyTag     `json:"proxy_tags"`
	Counts    map[string]int `json:"counts"`
	ByNumber  map[int]bool   `json:"by_number"`
	Small     int8           `json:"small"`
	Fixed     [2]int         `json:"fixed"`
	Pair      pair           `json:"pair"`
	Interval  interval       `json:"interval"`
	Parent    *member        `json:"parent"`
	Anything  any            `json:"anything"`
	Raw       json.RawMessage
	proxyTag
}

func TestDecodeJSON(t *testing.T) {
	var m member
	require.NoError(t, decode(` {
		"name": "<Ash>", "color": "ff00ff", "birthday": "2020-02-03T00:00:00Z", "proxy_tags": [{"prefix":"a"}, {"suffix": null}],
		"counts": {"x": 1}, "by_number": {"1": true}, "fixed": [1,2,3], "pair": [1,2], "anything": {"a":[{}]}, "RAW": [1,"x"],
		"parent": {"name": null}, "prefix": "embedded"
	} `+"\n", &m))
	require.Equal(t, "<Ash>", m.Name)
	require.Equal(t, color(0xff00ff), *m.Color)
	require.Len(t, m.ProxyTags, 2)
	require.Equal(t, pair{1, 2}, m.Pair)
	require.Equal(t, "embedded", m.Prefix)
	require.JSONEq(t, `[1,"x"]`, string(m.Raw))

	var list []int
	require.NoError(t, decode(`[1,2]`, &list))
	require.Equal(t, []int{1, 2}, list)
	var scalar any
	require.NoError(t, decode(`false`, &scalar))
	require.Equal(t, false, scalar)
}

func TestDecodeJSON_Fields(t *testing.T) {
	deep := func(n int, inner string) string {
		return strings.Repeat(`{"parent":`, n) + inner + strings.Repeat("}", n)
	}
	deepPath := func(n int) string { return strings.TrimSuffix(strings.Repeat("parent.", n), ".") }
	long := strings.Repeat("é", 200)
	for name, test := range map[string]struct {
		body string
		want []string
	}{
		"unknown":                              {`{"name":"a","nom":"b"}`, []string{"nom"}},
		"an unknown object":                    {`{"nom":{"a":{"b":1}}}`, []string{"nom"}},
		"an unknown list":                      {`{"nom":[{"b":1}]}`, []string{"nom"}},
		"a wrong type":                         {`{"name":1}`, []string{"name"}},
		"several":                              {`{"name":1,"small":"x","nom":2,"birthday":"yesterday","color":"#ff0000"}`, []string{"birthday", "color", "name", "nom", "small"}},
		"an object for a string":               {`{"name":{"a":1}}`, []string{"name"}},
		"a string for an object":               {`{"parent":"x"}`, []string{"parent"}},
		"a list for an object":                 {`{"parent":[{"name":1}]}`, []string{"parent"}},
		"an object for a list":                 {`{"proxy_tags":{"prefix":1}}`, []string{"proxy_tags"}},
		"in a list":                            {`{"proxy_tags":[{"prefix":1},{"prefix":"a"},{"prefix":"a","postfix":2,"Suffix":[]}]}`, []string{"proxy_tags[0].prefix", "proxy_tags[2].Suffix", "proxy_tags[2].postfix"}},
		"an invalid item":                      {`{"proxy_tags":[{},1,"x"]}`, []string{"proxy_tags[1]", "proxy_tags[2]"}},
		"in an array":                          {`{"fixed":[1,"x"]}`, []string{"fixed[1]"}},
		"beyond the end of an array":           {`{"fixed":["x",1,"x",2,"x"]}`, []string{"fixed[0]"}},
		"in a map":                             {`{"counts":{"a":1,"b.c":"x","":null,"d":1.5}}`, []string{"counts.b.c", "counts.d"}},
		"the key of a map":                     {`{"by_number":{"x":true,"1":"y"}}`, []string{"by_number.1", "by_number.x"}},
		"overflow":                             {`{"small":128}`, []string{"small"}},
		"an embedded field":                    {`{"prefix":1}`, []string{"prefix"}},
		"a key in another case":                {`{"NAME":1}`, []string{"NAME"}},
		"a key that is invalid twice":          {`{"name":1,"name":2}`, []string{"name"}},
		"a key that is invalid once":           {`{"name":"a","name":2}`, []string{"name"}},
		"an empty key":                         {`{"":1}`, []string{""}},
		"a key with escapes":                   {`{"a\"\\\n":1,"\u0000":2,"<":3}`, []string{"\x00", "<", "a\"\\\n"}},
		"a key that is not UTF-8":              {"{\"\xff\":1}", []string{"\uFFFD"}},
		"UnmarshalJSON rejects a list":         {`{"pair":[1]}`, []string{"pair"}},
		"UnmarshalJSON rejects an object":      {`{"interval":{"From":2,"To":1}}`, []string{"interval"}},
		"a field of a type with UnmarshalJSON": {`{"interval":{"From":2,"To":"x"}}`, []string{"interval.To"}},
		"in an object":                         {`{"parent":{"parent":{"name":1}},"name":"x"}`, []string{"parent.parent.name"}},
		"deep":                                 {deep(31, `{"name":1}`), []string{deepPath(31) + ".name"}},
		"too deep":                             {deep(32, `{"name":1}`), []string{deepPath(32)}},
		"a very long key":                      {`{"` + long + `":1,"` + long + `2":1}`, []string{long[:256] + "…"}},
		"a long key, cut within a rune":        {`{"a` + long + `":1}`, []string{"a" + long[:254] + "…"}},
		"white space":                          {" {\r\n\t\"proxy_tags\" : [ { \"prefix\" : 1 } , 2 ] } ", []string{"proxy_tags[0].prefix", "proxy_tags[1]"}},
		"valid fields before an invalid one":   {`{"name":"a","counts":{"a":1},"anything":[1],"small":"x"}`, []string{"small"}},
	} {
		t.Run(name, func(t *testing.T) {
			err := decodeStrictly(test.body, &member{})
			require.Equal(t, pkerr.ModelParse, pkerr.CodeOf(err), "%v", err)
			require.Error(t, errors.Unwrap(err), "the cause is kept")
			fields := pkerr.FieldErrors(err)
			require.Equal(t, test.want, slices.Sorted(maps.Keys(fields)))
			for key, objects := range fields {
				require.Equal(t, []pkerr.ErrorObject{{Message: "Field " + key + " is invalid."}}, objects)
			}
		})
	}

	t.Run("a list at the top", func(t *testing.T) {
		err := decodeStrictly(`[{"name":"a"},{"name":1},2]`, &[]member{})
		require.Equal(t, []string{"[1].name", "[2]"}, slices.Sorted(maps.Keys(pkerr.FieldErrors(err))))
	})
	t.Run("under an empty key", func(t *testing.T) {
		err := decodeStrictly(`{"":{"a":"x"}}`, &map[string]map[string]int{})
		require.Equal(t, []string{".a"}, slices.Sorted(maps.Keys(pkerr.FieldErrors(err))))
	})
	t.Run("more fields than are named", func(t *testing.T) {
		body := "{"
		for i := range 100 {
			body += fmt.Sprintf(`"unknown%02d":1,`, i)
		}
		fields := pkerr.FieldErrors(decodeStrictly(body+`"name":"a"}`, &member{}))
		require.Len(t, fields, 32)
		require.Contains(t, fields, "unknown00")
		require.Contains(t, fields, "unknown31")
	})
	t.Run("more items than are named", func(t *testing.T) {
		body := `{"proxy_tags":[` + strings.Repeat(`{"prefix":1},`, 100) + `{}]}`
		fields := pkerr.FieldErrors(decodeStrictly(body, &member{}))
		require.Len(t, fields, 32)
		require.Contains(t, fields, "proxy_tags[31].prefix")
	})
	t.Run("the response", func(t *testing.T) {
		w := get(failing(decodeStrictly(`{"nom":1}`, &member{})))
		requireBody(t, w, 400, `{"message":"Error parsing JSON model","code":40001,"errors":{"nom":[{"message":"Field nom is invalid."}]}}`)
	})
}

func TestDecodeJSON_BadRequest(t *testing.T) {
	for name, test := range map[string]struct {
		body string
		dst  any
	}{
		"empty":                           {"", &member{}},
		"white space":                     {" \n", &member{}},
		"two BOMs":                        {"\uFEFF\uFEFF{}", &member{}},
		"a BOM alone":                     {"\uFEFF", &member{}},
		"not JSON":                        {"name=a", &member{}},
		"an incomplete document":          {`{"name":"a"`, &member{}},
		"trailing text":                   {`{} x`, &member{}},
		"two documents":                   {`{}{}`, &member{}},
		"a syntax error":                  {`{"unknown":1,"name":}`, &member{}},
		"null":                            {" null ", &member{}},
		"null for a pointer":              {"null", new(*member)},
		"null for an any":                 {"null", new(any)},
		"a list":                          {`[{"name":1}]`, &member{}},
		"a string":                        {`"x"`, &member{}},
		"an object":                       {`{"name":1}`, &[]member{}},
		"UnmarshalJSON rejects a list":    {`[1]`, &pair{}},
		"UnmarshalJSON rejects an object": {`{"From":2,"To":1}`, &interval{}},
		"too deep for JSON":               {strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000), new(any)},
		"a chan":                          {`{}`, new(chan int)},
	} {
		t.Run(name, func(t *testing.T) {
			err := decode(test.body, test.dst)
			require.Equal(t, pkerr.BadRequest, pkerr.CodeOf(err), "%v", err)
			require.Error(t, errors.Unwrap(err))
			requireBody(t, get(failing(err)), 400, `{"message":"400: Bad Request","code":0}`)
		})
	}
	var syntax *json.SyntaxError
	require.ErrorAs(t, decode(`{"name"`, &member{}), &syntax)

	r := httptest.NewRequest(http.MethodPost, "/", nil)
	r.Header.Set("Content-Type", "application/json")
	r.Body = nil
	require.Equal(t, pkerr.BadRequest, pkerr.CodeOf(server.DecodeJSON(httptest.NewRecorder(), r, &member{})))
}

func TestDecodeJSON_ReadErrors(t *testing.T) {
	for cause, want := range map[error]pkerr.Code{
		io.ErrUnexpectedEOF:      pkerr.BadRequest,
		context.Canceled:         pkerr.BadRequest,
		errStore:                 pkerr.BadRequest,
		context.DeadlineExceeded: pkerr.MakeCode(0, 408),
		os.ErrDeadlineExceeded:   pkerr.MakeCode(0, 408),
	} {
		r := httptest.NewRequest(http.MethodPost, "/",
			io.MultiReader(strings.NewReader(`{"name":`), iotest.ErrReader(cause)))
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		err := server.DecodeJSON(w, r, &member{})
		require.Equal(t, want, pkerr.CodeOf(err))
		require.ErrorIs(t, err, cause)
		if want != pkerr.BadRequest {
			require.Equal(t, "close", w.Header().Get("Connection"))
		}
	}
}

// A body that stalls past the ReadTimeout of the server is answered.
func TestDecodeJSON_ReadTimeout(t *testing.T) {
	s := httptest.NewUnstartedServer(with(server.HandlerFunc(
		func(w http.ResponseWriter, r *http.Request) error { return server.DecodeJSON(w, r, &member{}) })))
	s.Config.ReadTimeout = 100 * time.Millisecond
	s.Start()
	defer s.Close()
	conn, err := net.Dial("tcp", s.Listener.Addr().String())
	require.NoError(t, err)
	defer conn.Close()
	require.NoError(t, conn.SetDeadline(time.Now().Add(5*time.Second)))
	_, err = io.WriteString(conn, "POST / HTTP/1.1\r\nHost: x\r\n"+
		"Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
	require.NoError(t, err)
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.Equal(t, 408, response.StatusCode)
	require.Equal(t, `{"message":"408: Request Timeout","code":0}`, string(body))
	require.True(t, response.Close)
}

func TestDecodeJSON_ByteOrderMark(t *testing.T) {
	var m member
	require.NoError(t, decode("\uFEFF{\"name\":\"Ash\"}", &m))
	require.Equal(t, "Ash", m.Name)
	require.NoError(t, server.UnmarshalJSON([]byte("\uFEFF {\"name\":\"Birch\"}"), &m))
	require.Equal(t, "Birch", m.Name)
}

func TestDecodeJSON_ContentEncoding(t *testing.T) {
	var compressed bytes.Buffer
	zip := gzip.NewWriter(&compressed)
	_, err := zip.Write([]byte(`{}`))
	require.NoError(t, errors.Join(err, zip.Close()))
	for encoding, want := range map[string]pkerr.Code{
		"gzip": pkerr.UnsupportedMediaType, "br": pkerr.UnsupportedMediaType,
		"": pkerr.BadRequest, "Identity": pkerr.BadRequest,
	} {
		r := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(compressed.Bytes()))
		r.Header.Set("Content-Type", "application/json")
		r.Header["Content-Encoding"] = []string{encoding}
		w := httptest.NewRecorder()
		err := server.DecodeJSON(w, r, &member{})
		require.Equal(t, want, pkerr.CodeOf(err), encoding)
		if want == pkerr.UnsupportedMediaType {
			require.ErrorContains(t, err, "the Content-Encoding is \""+encoding)
			require.Equal(t, "close", w.Header().Get("Connection"))
		}
	}
}

func TestDecodeJSON_NilRequestOrWriter(t *testing.T) {
	require.ErrorContains(t, server.DecodeJSON(httptest.NewRecorder(), nil, &member{}), "nil")
	for _, test := range []struct{ contentType, body string }{
		{"application/json", `{}`}, {"application/json", `{"name":"` + strings.Repeat("x", 2<<20)},
		{"text/plain", "x"},
	} {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(test.body))
		r.Header.Set("Content-Type", test.contentType)
		require.NotPanics(t, func() { _ = server.DecodeJSON(nil, r, &member{}) })
	}
}

// The API ignores unknown keys, so that clients can edit an object and send it
// back.
func TestDecodeJSON_UnknownFields(t *testing.T) {
	const body = `{"id":"abcde","name":"Ash","privacy":{"visibility":null},"proxy_tags":[{"x":1}]}`
	var m member
	require.NoError(t, decode(body, &m))
	require.Equal(t, "Ash", m.Name)
	require.NoError(t, decode(body, &m, server.WithDisallowUnknownFields(false)))
	require.NoError(t, server.UnmarshalJSON([]byte(body), &m))

	for _, err := range []error{
		decodeStrictly(body, &m),
		server.UnmarshalJSON([]byte(body), &m, server.WithDisallowUnknownFields(true)),
	} {
		require.Equal(t, pkerr.ModelParse, pkerr.CodeOf(err))
		require.Equal(t, []string{"id", "privacy", "proxy_tags[0].x"},
			slices.Sorted(maps.Keys(pkerr.FieldErrors(err))))
	}

	// Other invalid fields are named, and nothing else.
	fields := pkerr.FieldErrors(decode(`{"nom":1,"name":2,"parent":{"nom":[]}}`, &m))
	require.Equal(t, []string{"name"}, slices.Sorted(maps.Keys(fields)))
}

// Invalid values are found among many, in a list and in an object, however many
// there are.
func TestDecodeJSON_FieldsAmongMany(t *testing.T) {
	list := func(n int, wrong ...int) string {
		items := slices.Repeat([]string{"1"}, n)
		for _, i := range wrong {
			items[i] = `"x"`
		}
		return "[" + strings.Join(items, ", ") + "]"
	}
	paths := func(wrong ...int) (paths []string) {
		for _, i := range wrong {
			paths = append(paths, fmt.Sprintf("[%d]", i))
		}
		slices.Sort(paths)
		return paths
	}
	for name, test := range map[string]struct {
		n     int
		wrong []int
	}{
		"one": {1, []int{0}}, "the second of two": {2, []int{1}}, "both": {2, []int{0, 1}},
		"after 1100 others": {1101, []int{1100}}, "in the middle": {5000, []int{2500}},
		"the first and the last": {5000, []int{0, 4999}},
		"neighbors":              {3000, []int{1023, 1024, 1025}},
		"several":                {3000, []int{0, 1, 2, 500, 501, 1700, 2999}},
	} {
		t.Run(name, func(t *testing.T) {
			err := decode(list(test.n, test.wrong...), new([]int))
			require.Equal(t, paths(test.wrong...), slices.Sorted(maps.Keys(pkerr.FieldErrors(err))))
			require.NotContains(t, err.Error(), "there may be more")
		})
	}

	object := "{"
	for i := range 1100 {
		object += fmt.Sprintf(`"k%d":1,`, i)
	}
	fields := pkerr.FieldErrors(decode(object+`"z":"x"}`, new(map[string]int)))
	require.Equal(t, []string{"z"}, slices.Sorted(maps.Keys(fields)))

	// An error that needs several parts belongs to the whole.
	fields = pkerr.FieldErrors(decode(`{"pair":[1,2,3],"interval":{"From":2,"To":1}}`, &member{}))
	require.Equal(t, []string{"interval", "pair"}, slices.Sorted(maps.Keys(fields)))
}

// uniqueInts is a list without duplicates.
type uniqueInts []int

func (s *uniqueInts) UnmarshalJSON(data []byte) error {
	if err := json.Unmarshal(data, (*[]int)(s)); err != nil {
		return err
	}
	slices.Sort(*s)
	if len(slices.Compact(*s)) < len(*s) {
		return errors.New("a duplicate")
	}
	return nil
}

// If parts of a value are invalid by themselves, the whole is not named.
func TestDecodeJSON_FieldsAndWhole(t *testing.T) {
	for body, want := range map[string]string{
		`{"set":[1,2,3,"x",1,2,2]}`: "set[3]",
		`{"set":[1,2,3,4,5,2,2]}`:   "set",
	} {
		fields := pkerr.FieldErrors(decode(body, new(struct{ Set uniqueInts })))
		require.Equal(t, []string{want}, slices.Sorted(maps.Keys(fields)), body)
	}
}

// An error that does not name all fields says so.
func TestDecodeJSON_MoreFieldsThanNamed(t *testing.T) {
	const more = "there may be more invalid fields than are named"
	list := "[" + strings.Repeat(`"x",`, 100) + "1]"
	err := decode(list, new([]int))
	require.Len(t, pkerr.FieldErrors(err), 32)
	require.ErrorContains(t, err, more)

	// A deep value in a large body takes too much work to find, so only an
	// object around it is named.
	type tree struct {
		Flat  bool
		Next  *tree
		Items []int
	}
	err = decode(strings.Repeat(`{"flat":true,"next":`, 20)+
		`{"items":[`+strings.Repeat("1,", 200_000)+`"x"]}`+strings.Repeat("}", 20), new(tree))
	fields := slices.Collect(maps.Keys(pkerr.FieldErrors(err)))
	require.Len(t, fields, 1)
	require.Regexp(t, `^next(\.next){3,}$`, fields[0])
	require.ErrorContains(t, err, more)
}

// needsMap panics unless it is decoded into an initialized value.
type needsMap struct{ seen map[string]bool }

func (n *needsMap) UnmarshalJSON(data []byte) error {
	var key string
	if err := json.Unmarshal(data, &key); err != nil {
		return err
	}
	n.seen[key] = true
	return nil
}

// The search for invalid fields decodes into new values, which may lack what
// the type needs.
func TestDecodeJSON_PanickingTrial(t *testing.T) {
	var dst struct {
		Ready needsMap `json:"ready"`
		Name  string   `json:"name"`
	}
	dst.Ready.seen = map[string]bool{}
	require.NoError(t, decode(`{"ready":"x","name":"Ash"}`, &dst))
	require.True(t, dst.Ready.seen["x"])

	err := decode(`{"ready":"x","name":7}`, &dst)
	require.Equal(t, pkerr.ModelParse, pkerr.CodeOf(err))
	require.Contains(t, pkerr.FieldErrors(err), "name")

	alone := needsMap{map[string]bool{}}
	err = decode(`7`, &alone)
	require.Equal(t, pkerr.BadRequest, pkerr.CodeOf(err))
	require.Empty(t, pkerr.FieldErrors(err))
}

// refusing refuses everything if refuses is set. A new value accepts
// everything.
type refusing struct{ refuses bool }

func (p *refusing) UnmarshalJSON([]byte) error {
	if p.refuses {
		return errors.New("refused")
	}
	return nil
}

// everyThird accepts every third value.
type everyThird struct{}

var fickleCalls int

func (everyThird) UnmarshalJSON([]byte) error {
	fickleCalls++
	if fickleCalls%3 != 0 {
		return errors.New("refused")
	}
	return nil
}

// If new values accept what the destination refuses, there is no field to name.
func TestDecodeJSON_NoTrialFails(t *testing.T) {
	for _, body := range []string{`{}`, `[]`, `{ }`, `{"a":1}`, `[1]`, `{"a":1,"b":2}`, `{"a":{}}`, `7`} {
		t.Run(body, func(t *testing.T) {
			err := decode(body, &refusing{refuses: true})
			require.ErrorContains(t, err, "refused")
			require.Equal(t, pkerr.BadRequest, pkerr.CodeOf(err))

			dst := struct{ Inside any }{&refusing{refuses: true}}
			err = decode(`{"inside":`+body+`}`, &dst)
			require.ErrorContains(t, err, "refused")
			require.Equal(t, pkerr.BadRequest, pkerr.CodeOf(err))

			for calls := range 4 {
				fickleCalls = calls
				require.NotPanics(t, func() { _ = decode(`{"x":`+body+`}`, new(map[string]everyThird)) })
			}
		})
	}
}

func TestUnmarshalJSON(t *testing.T) {
	var m member
	require.NoError(t, server.UnmarshalJSON([]byte(` {"name":"Ash"} `), &m))
	require.Equal(t, "Ash", m.Name)
	for body, want := range map[string]pkerr.Code{
		``: pkerr.BadRequest, `null`: pkerr.BadRequest, `{`: pkerr.BadRequest, `[]`: pkerr.BadRequest,
		`{"name":1}`: pkerr.ModelParse, `{"name":"a long name"}`: pkerr.ContentTooLarge,
	} {
		err := server.UnmarshalJSON([]byte(body), &m, server.WithBodyLimit(16), nil)
		require.Equal(t, want, pkerr.CodeOf(err), body)
		require.Error(t, errors.Unwrap(err))
	}
	large := []byte(`"` + strings.Repeat("x", 1<<20-2) + `"`)
	require.NoError(t, server.UnmarshalJSON(large, new(string)))
	err := server.UnmarshalJSON(append(large, ' '), new(string))
	require.Equal(t, pkerr.ContentTooLarge, pkerr.CodeOf(err))
	tooLarge, ok := errors.AsType[*http.MaxBytesError](err)
	require.True(t, ok)
	require.Equal(t, int64(1<<20), tooLarge.Limit)
	for _, dst := range []any{nil, member{}, (*member)(nil)} {
		err := server.UnmarshalJSON([]byte(`{}`), dst)
		require.ErrorContains(t, err, "UnmarshalJSON")
		require.Zero(t, pkerr.CodeOf(err))
	}
}

func TestDecodeJSON_ContentType(t *testing.T) {
	for contentType, ok := range map[string]bool{
		"application/json":                    true,
		"Application/JSON ; Charset=\"utf8\"": true,
		"application/json; charset":           true, // a parameter that does not parse
		"application/merge-patch+json":        true,
		"application/vnd.api+json; v=2":       true,
		"":                                    false,
		"text/plain":                          false,
		"text/json":                           false,
		"application/jsonp":                   false,
		"application/x-www-form-urlencoded":   false,
		"json":                                false,
		"merge+json":                          false,
		"application/json, text/plain":        false,
		"application/":                        false,
		"\x00":                                false,
	} {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(`{}`))
		r.Header["Content-Type"] = []string{contentType}
		err := server.DecodeJSON(httptest.NewRecorder(), r, &member{})
		if ok {
			require.NoError(t, err, contentType)
			continue
		}
		require.Equal(t, pkerr.UnsupportedMediaType, pkerr.CodeOf(err), contentType)
		require.ErrorContains(t, err, "want application/json")
	}
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(`{}`))
	require.Equal(t, pkerr.UnsupportedMediaType, pkerr.CodeOf(server.DecodeJSON(httptest.NewRecorder(), r, &member{})), "none at all")
}

// An invalid destination is a mistake of the programmer, not of the client.
func TestDecodeJSON_Destination(t *testing.T) {
	for _, dst := range []any{nil, member{}, (*member)(nil), map[string]any{}, 1} {
		err := decode(`{}`, dst)
		require.ErrorContains(t, err, fmt.Sprintf("%T", dst))
		require.Zero(t, pkerr.CodeOf(err))
		requireBody(t, get(failing(err)), 500, internalServerError)
	}
}

func TestDecodeJSON_TooLarge(t *testing.T) {
	large := `{"name":"` + strings.Repeat("x", 2<<20) + `"}`
	for name, announced := range map[string]bool{"announced": true, "chunked": false} {
		t.Run(name, func(t *testing.T) {
			var err error
			s := httptest.NewServer(with(server.HandlerFunc(func(w http.ResponseWriter, r *http.Request) error {
				err = server.DecodeJSON(wrapper{w}, r, &member{})
				return err
			})))
			defer s.Close()
			var body io.Reader = strings.NewReader(large)
			if !announced {
				body = struct{ io.Reader }{body}
			}
			request, requestErr := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL, body)
			require.NoError(t, requestErr)
			request.Header.Set("Content-Type", "application/json")
			// The client waits for the answer before it sends the body.
			request.Header.Set("Expect", "100-continue")
			httpClient := s.Client()
			httpClient.Transport.(*http.Transport).ExpectContinueTimeout = 10 * time.Second
			response, requestErr := httpClient.Do(request)
			require.NoError(t, requestErr)
			got, requestErr := io.ReadAll(response.Body)
			require.NoError(t, requestErr)
			require.NoError(t, response.Body.Close())
			require.Equal(t, `{"message":"413: Content Too Large","code":0}`, string(got))
			require.Equal(t, 413, response.StatusCode)
			require.True(t, response.Close, "the connection cannot be reused")
			tooLarge, ok := errors.AsType[*http.MaxBytesError](err)
			require.True(t, ok)
			require.Equal(t, int64(1<<20), tooLarge.Limit)
		})
	}
}

// A client that announces a body and does not send it must not make the
// server wait for it.
func TestDecodeJSON_DoesNotWait(t *testing.T) {
	decoding := with((server.HandlerFunc(func(w http.ResponseWriter, r *http.Request) error {
		return server.DecodeJSON(w, r, &member{})
	})), server.WithBodyLimit(10))
	for name, h := range map[string]http.Handler{
		"alone": decoding,
		// Its writer has no Unwrap.
		"in a TimeoutHandler": http.TimeoutHandler(decoding, time.Minute, "timeout"),
	} {
		for _, test := range []struct {
			header, sent string
			status       int
		}{
			{"Content-Type: application/json\r\nContent-Length: 100\r\n", "{", 413},
			{"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n", "b\r\n[1,2,3,4,5]\r\n", 413},
			{"Content-Type: text/plain\r\nContent-Length: 100\r\n", "{", 415},
			{"Content-Type: text/plain\r\nTransfer-Encoding: chunked\r\n", "1\r\n{\r\n", 415},
		} {
			t.Run(name+", "+test.header, func(t *testing.T) {
				s := httptest.NewServer(h)
				defer s.Close()
				conn, err := net.Dial("tcp", s.Listener.Addr().String())
				require.NoError(t, err)
				defer conn.Close()
				require.NoError(t, conn.SetDeadline(time.Now().Add(5*time.Second)))
				_, err = io.WriteString(conn, "POST / HTTP/1.1\r\nHost: x\r\n"+test.header+"\r\n"+test.sent)
				require.NoError(t, err)
				response, err := http.ReadResponse(bufio.NewReader(conn), nil)
				require.NoError(t, err)
				require.Equal(t, test.status, response.StatusCode)
				require.True(t, response.Close)
				require.NoError(t, response.Body.Close())
			})
		}
	}
}

// A connection is closed only if it carries one request at a time and a part of
// the body is unread.
func TestDecodeJSON_Connection(t *testing.T) {
	for name, test := range map[string]struct {
		contentType, body, want string
		protocol                int
	}{
		"too large":               {"application/json", `"0123456789"`, "close", 1},
		"too large, by HTTP/2":    {"application/json", `"0123456789"`, "", 2},
		"a wrong type":            {"text/plain", "x", "close", 1},
		"a wrong type, by HTTP/2": {"text/plain", "x", "", 2},
		"a wrong type, no body":   {"text/plain", "", "", 1},
		"a wrong value":           {"application/json", `"x"`, "", 1},
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(test.body))
			r.ProtoMajor = test.protocol
			r.Header.Set("Content-Type", test.contentType)
			w := httptest.NewRecorder()
			with(server.HandlerFunc(func(w http.ResponseWriter, r *http.Request) error {
				return server.DecodeJSON(w, r, &member{})
			}), server.WithBodyLimit(10)).ServeHTTP(w, r)
			require.GreaterOrEqual(t, w.Code, 400)
			require.Equal(t, test.want, w.Header().Get("Connection"))
		})
	}
}

// counted counts how often it is decoded, and from how many bytes.
type counted struct{}

var decodings struct{ times, bytes int }

func (*counted) UnmarshalJSON(data []byte) error {
	decodings.times++
	decodings.bytes += len(data)
	type tree struct {
		Items  []int          `json:"items"`
		Object map[string]int `json:"object"`
		Next   *tree          `json:"next"`
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	return d.Decode(new(tree))
}

// Finding invalid fields costs at most a small multiple of decoding the body
// once.
func TestDecodeJSON_Work(t *testing.T) {
	const size = 1<<18 - 2000
	fill := func(format string, size int) string {
		var b strings.Builder
		for i := 0; b.Len() < size; i++ {
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
	nest := func(levels int, inner string) string {
		return strings.Repeat(`{"next":`, levels) + inner + strings.Repeat("}", levels)
	}
	long := strings.Repeat("k", size/2)
	for name, test := range map[string]struct{ body, want string }{
		"many items, the first bad":      {`{"items":["bad",` + fill("%d,", size) + `1]}`, "items[0]"},
		"many items, the last bad":       {`{"items":[` + fill("%d,", size) + `"bad"]}`, "items[45209]"},
		"large items, the last bad":      {`{"items":[` + strings.Repeat(strings.Repeat(" ", 999)+"1,", size/1001) + `"bad"]}`, "items[259]"},
		"many keys, the last bad":        {`{"object":{` + fill(`"k%d":1,`, size) + `"z":"bad"}}`, "object.z"},
		"many keys, all bad":             {`{"object":{` + fill(`"k%d":[],`, size) + `"z":"bad"}}`, "object.k0"},
		"many at the top, last bad":      {`{` + fill(`"object":{"%d":1},`, size) + `"z":"bad"}`, "z"},
		"many at the top, all bad":       {`{` + fill(`"k%d":1,`, size) + `"z":"bad"}`, "k0"},
		"one long bad value":             {`{"items":"` + strings.Repeat("x", size) + `"}`, "items"},
		"many keys of an unknown object": {`{"unknown":{` + fill(`"k%d":{"a":1},`, size) + `"z":1}}`, "unknown"},
		"many items, deep down":          {nest(20, `{"items":[`+fill("%d,", size)+`"bad"]}`), strings.Repeat("next.", 20) + "items[45209]"},
		"items beside a long key":        {`{"` + long + `":{"a":1},"items":[` + fill("%d,", size/3) + `"bad"]}`, "items[16304]"},
		"items within a long key":        {`{"object":{"` + long + `":[` + fill("%d,", size/3) + `"bad"]}}`, ""},
		"a key that grows in escapes":    {`{"object":{"` + strings.Repeat("<", size) + `":["bad"]}}`, "object." + strings.Repeat("<", 249) + "…"},
		"deep":                           {nest(9000, `{"items":1}`), strings.Repeat("next.", 31) + "next"},
	} {
		t.Run(name, func(t *testing.T) {
			decodings.times, decodings.bytes = 0, 0
			fields := pkerr.FieldErrors(decodeStrictly(test.body, &counted{}))
			if test.want != "" {
				require.Contains(t, fields, test.want)
			}
			// Each decoding has a fixed cost besides its bytes.
			cost := decodings.bytes + 256*decodings.times
			t.Logf("%d bytes, decoded %d times, %d bytes in all: %.1f times the work", len(test.body),
				decodings.times, decodings.bytes, float64(cost)/float64(len(test.body)))
			require.Less(t, cost, 10*len(test.body)+256<<10)
		})
	}
}

// largeType is a large type.
type largeType struct {
	counted
	_ [64 << 10]byte
}

// Each decoding into a new value of a large type costs as much as its size.
func TestDecodeJSON_WorkOfLargeType(t *testing.T) {
	size := int(reflect.TypeFor[largeType]().Size())
	body := `{"items":["bad"` + strings.Repeat(",1", 10_000) + `]}`
	decodings.times, decodings.bytes = 0, 0
	require.Contains(t, pkerr.FieldErrors(decodeStrictly(body, &largeType{})), "items[0]")
	cost := decodings.bytes + (256+size)*decodings.times
	t.Logf("decoded %d times, %d bytes in all", decodings.times, decodings.bytes)
	require.Less(t, cost, 10*(len(body)+size)+256<<10)

	// Even a type that exceeds the budget with one trial is searched.
	var huge struct {
		Name string `json:"name"`
		_    [1 << 20]byte
	}
	require.Contains(t, pkerr.FieldErrors(decodeStrictly(`{"name":1}`, &huge)), "name")
}

// FuzzDecodeJSON checks that DecodeJSON accepts what encoding/json accepts, and
// returns an error for everything else.
func FuzzDecodeJSON(f *testing.F) {
	for _, body := range []string{
		`{}`, `null`, `[]`, ``, `{"name":"a"}`, `{"name":1,"nom":[]}`, `{"proxy_tags":[{"prefix":1}]}`, `{"pair":[1,2]}`, `{"a":1}{`,
		`{"interval":{"From":2,"To":1},"birthday":"x","color":"0000zz"}`, `{"counts":{"a":"b"},"by_number":{"a":1}}`, "{\"\xff\":1}",
		`{"name":{"":[{"":{}}]},"NAME":null,"parent":{"parent":{"small":1e999}},"fixed":[1,[],2]}`,
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, strict := range []bool{false, true} {
			var want member
			wantErr := standard(body, &want, strict)
			opt := server.WithDisallowUnknownFields(strict)
			var got, unmarshaled member
			err := decodeFrom(bytes.NewReader(body), &got, opt)
			unmarshalErr := server.UnmarshalJSON(body, &unmarshaled, opt)
			require.Equal(t, pkerr.CodeOf(err), pkerr.CodeOf(unmarshalErr))
			require.Equal(t, pkerr.FieldErrors(err), pkerr.FieldErrors(unmarshalErr))
			if wantErr == nil {
				require.NoError(t, err)
				require.Equal(t, want, got)
				require.Equal(t, want, unmarshaled)
				continue
			}
			require.Error(t, err, "%v", wantErr)
			switch pkerr.CodeOf(err) {
			case pkerr.ModelParse:
				require.NotEmpty(t, pkerr.FieldErrors(err))
			case pkerr.BadRequest, pkerr.ContentTooLarge:
				require.Empty(t, pkerr.FieldErrors(err))
			default:
				t.Errorf("%v", err)
			}
		}
	})
}

// standard decodes a body with encoding/json, and rejects null.
func standard(body []byte, dst any, strict bool) error {
	body = bytes.TrimPrefix(body, []byte("\uFEFF"))
	d := json.NewDecoder(bytes.NewReader(body))
	if strict {
		d.DisallowUnknownFields()
	}
	if err := d.Decode(dst); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("trailing data")
	}
	if string(bytes.TrimSpace(body)) == "null" {
		return errors.New("null")
	}
	return nil
}
