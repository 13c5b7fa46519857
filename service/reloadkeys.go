package service

import (
	"reflect"
	"slices"
	"strings"

	"registerd/config"
)

// liveKeys are those of the configuration that a reload puts in force, with all
// below them. Every other one needs a restart, whoever adds it.
var liveKeys = []string{
	"rules", "allow_widen_to", "operator", "policies", "zone", "sandbox", "max_data_age", "log_level", "token", "limits",
	"whois.refer", "whois.profile", "rdap.profile", "rdap.web", "rdap.port43",
}

// fixedKeys are below those, and need a restart all the same.
var fixedKeys = []string{"limits.off", "limits.memory_mib", "limits.state"}

// isLive reports a key that a reload puts in force.
func isLive(key string) bool {
	return !slices.Contains(fixedKeys, key) &&
		slices.ContainsFunc(liveKeys, func(live string) bool { return key == live || strings.HasPrefix(key, live+".") })
}

// changedKeys are the keys by which two configurations differ and that need a
// restart, in the order of the manual. Lists count as one.
func changedKeys(old, new *config.Config) []string {
	keys := []string{}
	compareKeys("", reflect.ValueOf(*old), reflect.ValueOf(*new), func(key string) {
		if !isLive(key) {
			keys = append(keys, key)
		}
	})
	return keys
}

// compareKeys tells of every key that two values of the same struct differ by.
func compareKeys(within string, old, new reflect.Value, tell func(key string)) {
	for i := range old.NumField() {
		field := old.Type().Field(i)
		name, a, b := field.Tag.Get("toml"), old.Field(i), new.Field(i)
		switch {
		case field.Anonymous:
			compareKeys(within, a, b, tell)
		case field.Type.Kind() == reflect.Struct && field.Type != reflect.TypeFor[config.Duration]():
			compareKeys(within+name+".", a, b, tell)
		case !reflect.DeepEqual(a.Interface(), b.Interface()):
			tell(within + name)
		}
	}
}
