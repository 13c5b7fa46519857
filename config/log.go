package config

import (
	"fmt"
	"log/slog"
	"strings"
)

// LogLevel is how much the log says.
type LogLevel slog.Level

// UnmarshalText reads the word for it, in any case.
func (l *LogLevel) UnmarshalText(b []byte) error {
	for _, level := range []slog.Level{slog.LevelDebug, slog.LevelInfo, slog.LevelWarn, slog.LevelError} {
		if strings.EqualFold(level.String(), string(b)) {
			*l = LogLevel(level)
			return nil
		}
	}
	return fmt.Errorf("%q is not debug, info, warn or error", b)
}

// LogFormat is how lines of the log are written; "" is as people or programs want them.
type LogFormat string

// UnmarshalText reads the word for it.
func (f *LogFormat) UnmarshalText(b []byte) error {
	switch *f = LogFormat(b); *f {
	case "auto":
		*f = ""
	case "text", "json":
	default:
		return fmt.Errorf("%q is not auto, text or json", b)
	}
	return nil
}
