package registry_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// From the first tag on, the version of the registry follows its changes.
func TestErrorsJSON_Version(t *testing.T) {
	tag, err := git("describe", "--tags", "--match", "v[0-9]*", "--abbrev=0")
	if err != nil {
		t.Log("there is no tag to compare with")
		return
	}
	old, err := git("show", strings.TrimSpace(tag)+":docs/errors.json")
	if err != nil {
		t.Log("the last tag has no registry")
		return
	}
	require.NoError(t, checkVersion([]byte(old), read(t, "docs/errors.json")))
}

func git(args ...string) (string, error) {
	cmd := exec.Command("git", args...)
	cmd.Dir = root
	out, err := cmd.Output()
	return string(out), err
}

// checkVersion returns an error unless the version rises with the change: the
// major version if a key or a code is removed, the minor one if one is added,
// and the patch version if another value differs.
func checkVersion(before, after []byte) error {
	oldFacts, oldVersion, err := facts(before)
	if err != nil {
		return err
	}
	newFacts, newVersion, err := facts(after)
	if err != nil {
		return err
	}
	level := 3
	for _, change := range []struct {
		from, to map[string]bool
		level    int
	}{{oldFacts, newFacts, 0}, {newFacts, oldFacts, 1}} {
		for fact := range change.from {
			if !change.to[fact] {
				if strings.HasPrefix(fact, "value ") {
					level = min(level, 2)
				} else {
					level = min(level, change.level)
				}
			}
		}
	}
	if level == 3 || slices.Compare(newVersion[:level+1], oldVersion[:level+1]) > 0 {
		return nil
	}
	return fmt.Errorf("raise the version of docs/errors.json, %v: the %s part of it",
		newVersion, [...]string{"first", "second", "third"}[level])
}

// facts returns the keys, the codes and the values of a registry, and its
// version.
func facts(document []byte) (map[string]bool, [3]int, error) {
	var root map[string]any
	var version [3]int
	if err := json.Unmarshal(document, &root); err != nil {
		return nil, version, err
	}
	if _, err := fmt.Sscanf(fmt.Sprint(root["version"]), "%d.%d.%d", &version[0], &version[1], &version[2]); err != nil {
		return nil, version, err
	}
	delete(root, "version")
	all := map[string]bool{}
	codes := regexp.MustCompile(`\d+/\d+`)
	var visit func(at string, value any)
	visit = func(at string, value any) {
		switch value := value.(type) {
		case map[string]any:
			if code, ok := value["code"]; ok && at == ".codes[]" {
				all[fmt.Sprint("code ", code)] = true
				at = fmt.Sprint(at, code)
			}
			for key := range maps.Keys(value) {
				all["key "+codes.ReplaceAllString(at, "")+"."+key] = true
				visit(at+"."+key, value[key])
			}
		case []any:
			for _, item := range value {
				visit(at+"[]", item)
			}
		default:
			all[fmt.Sprint("value ", at, "=", value)] = true
		}
	}
	visit("", root)
	return all, version, nil
}

func TestCheckVersion(t *testing.T) {
	const old = `{"version":"1.2.3","codes":[{"code":"0/404","meaning":"a"},{"code":"0/410","meaning":"b"}]}`
	for _, test := range []struct {
		change  [2]string
		refused []string
		enough  string
	}{
		{[2]string{"1.2.3", "1.2.3"}, nil, "1.2.3"},
		{[2]string{`"a"`, `"c"`}, []string{"1.2.3", "1.2.2"}, "1.2.4"},
		{[2]string{`"a"`, `"c"`}, nil, "1.3.0"},
		{[2]string{`"a"`, `"a","note":"n"`}, []string{"1.2.3", "1.2.4"}, "1.3.0"},
		{[2]string{`"codes":[`, `"codes":[{"code":"0/400","meaning":"c"},`}, []string{"1.2.4"}, "1.3.0"},
		{[2]string{`{"code":"0/404","meaning":"a"},`, ``}, []string{"1.2.4", "1.3.0"}, "2.0.0"},
		{[2]string{`"meaning"`, `"means"`}, []string{"1.3.0"}, "2.0.0"},
	} {
		changed := strings.ReplaceAll(old, test.change[0], test.change[1])
		with := func(version string) error {
			return checkVersion([]byte(old), []byte(strings.Replace(changed, "1.2.3", version, 1)))
		}
		for _, version := range test.refused {
			require.ErrorContains(t, with(version), "raise the version", "%v", test.change)
		}
		require.NoError(t, with(test.enough), "%v", test.change)
	}
	require.Error(t, checkVersion([]byte(old), []byte(`{}`)))
	require.Error(t, checkVersion([]byte(`[]`), []byte(old)))
}
