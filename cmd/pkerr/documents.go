package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// findDocuments returns the responses that JSON documents describe, such as
// logs, exported traffic and the output of tools. It returns them as a server
// sends them, each after its request: successes, then errors, then errors with
// a code. It returns nil if there are none.
func findDocuments(text []byte) []byte {
	const most = 1000
	var all []any
	for d := json.NewDecoder(bytes.NewReader(trimBody(text))); d.More(); {
		var v any
		if d.Decode(&v) != nil || len(all) == most {
			return nil
		}
		all = append(all, v)
	}
	var successes, failures, coded []string
	request := ""
	walk(all, func(v any) {
		m, _ := v.(map[string]any)
		hasRequest := false
		for _, q := range []any{v, m["request"], m["config"]} {
			if q, _ := q.(map[string]any); pathOf(q) != "" {
				method, _ := q["method"].(string)
				request, hasRequest = strings.ToUpper(method)+" "+pathOf(q)+" HTTP/1.1\n\n", true
			}
		}
		switch status, response := responseOf(m, hasRequest); {
		case isFailure(status) && contentOf(findObject([]byte(response))).isCoded:
			coded = append(coded, request, response)
		case isFailure(status):
			failures = append(failures, request, response)
		case status != 0:
			successes = append(successes, request, response)
		}
	})
	if _, ok := pairIn(string(text)); ok && len(failures)+len(coded) == 0 {
		return nil // an error that no object describes
	}
	found := slices.Concat(successes, failures, coded)
	if len(all) > 1 && len(found) > 0 {
		found = slices.Insert(found, len(successes), string(text)) // a body, and what a tool says about it
	}
	return []byte(strings.Join(found, "\n"))
}

// walk calls visit with a document and everything in it, in order of the keys.
func walk(document any, visit func(any)) {
	visit(document)
	switch v := document.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			walk(v[key], visit)
		}
	case []any:
		for _, item := range v {
			walk(item, visit)
		}
	}
}

// pathOf returns the path of the request that an object describes, or "".
func pathOf(m map[string]any) string {
	for _, key := range []string{"path", "url_effective", "url"} {
		s, _ := m[key].(string)
		if u, err := url.Parse(s); err == nil && strings.HasPrefix(u.Path, "/") {
			return u.EscapedPath()
		}
	}
	return ""
}

// responseOf returns the response that an object describes. Such an object has
// a status, and headers, a body or a request. The status is 0 for any other
// object, such as a body that contains its own status.
func responseOf(m map[string]any, hasRequest bool) (status int, response string) {
	described, failed, header, body := hasRequest, false, http.Header{}, ""
	for _, key := range slices.Sorted(maps.Keys(m)) {
		value := m[key]
		switch strings.ToLower(strings.NewReplacer("_", "", "-", "").Replace(key)) {
		case "code": // a status, or in the shape of pkerr.LogValue
			text := fmt.Sprint(value)
			if n, err := strconv.Atoi(text); err == nil && isFailure(n) && m["message"] == nil {
				status, described = n, true
			} else if code, ok := numbered(text); ok && strings.Contains(text, "/") {
				message, _ := m["message"].(string)
				raw, _ := code.WithMessage(message).MarshalJSON() // never fails
				return code.Status(), fmt.Sprintf("HTTP/1.1 %d\nX-Log: %s\n\n%s", code.Status(), text, raw)
			}
		case "status", "statuscode", "httpcode", "httpstatus", "responsecode":
			if n, err := strconv.Atoi(submatch(`^([1-5]\d\d)\b`, fmt.Sprint(value))); err == nil {
				status = n
			}
		case "headers", "header", "responseheaders":
			header, described = headersOf(value), true
		case "level", "severity":
			failed = regexp.MustCompile(`(?i)^(?:err|crit|fatal|panic)`).MatchString(fmt.Sprint(value))
		case "statustext", "stack":
			described = true
		case "body", "content", "data", "text", "responsetext", "responsebody":
			if described = true; body == "" {
				body = bodyOf(value)
			}
		}
	}
	if !described || status == 0 || failed && !isFailure(status) {
		return 0, ""
	}
	if body == "" && header.Get("Content-Type") == "" {
		header.Set("Content-Type", "unknown") // the body was left out
	}
	var b bytes.Buffer
	// The body is no longer chunked, and its length may have changed.
	_ = header.WriteSubset(&b, map[string]bool{"Transfer-Encoding": true, "Content-Length": true}) // to memory
	return status, fmt.Sprintf("HTTP/1.1 %d\r\n%s\r\n%s", status, b.String(), body)
}

// headersOf returns the headers that a value lists, in any of its forms.
func headersOf(value any) http.Header {
	h := http.Header{}
	switch value := value.(type) {
	case map[string]any:
		for key, v := range value {
			h.Set(key, strings.Trim(fmt.Sprint(v), "[]"))
		}
	case []any:
		for _, v := range value {
			pair, _ := v.(map[string]any)
			h.Add(strings.Trim(fmt.Sprint(pair["name"], pair["key"]), " <nil>"), fmt.Sprint(pair["value"]))
		}
	case string:
		(&reading{header: h}).readHeaders([]byte(value), 0)
	}
	return h
}

// bodyOf returns the body that a value holds, in any of its forms.
func bodyOf(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		if decoded, err := base64.StdEncoding.DecodeString(v); err == nil && kindOf(gunzip(decoded)) == kindJSON {
			return string(gunzip(decoded))
		}
		return v
	case map[string]any:
		if _, isContent := v["mimeType"]; isContent || v["text"] != nil || len(v) == 0 {
			return bodyOf(v["text"])
		}
	}
	body, _ := json.Marshal(value) //nolint:errchkjson // It was decoded from JSON.
	return string(body)
}
