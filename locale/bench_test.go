package locale_test

import (
	"testing"
	"time"

	"github.com/pkerr/pkerr"
	"github.com/pkerr/pkerr/locale"
)

func BenchmarkMessage(b *testing.B) {
	for name, err := range map[string]error{
		"plain": pkerr.SystemNotFound,
		"ref":   pkerr.MemberNotFound.WithRef("abcde"),
		"wait":  pkerr.TooManyRequests.WithRetryAfter(22 * time.Second),
	} {
		l := locale.For("pl")
		b.Run("text="+name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				l.Message(err)
			}
		})
	}
}

func BenchmarkField(b *testing.B) {
	o := pkerr.ErrorObject{Message: "Field name is too long.", MaxLength: new(1000), ActualLength: new(1024)}
	l := locale.For("pl")
	b.ReportAllocs()
	for b.Loop() {
		l.Field("name", o)
	}
}
