package whois

import (
	"bytes"
	"context"
	"net"
	"slices"
	"strconv"
	"time"

	"registerd/access"
	"registerd/listen"
	"registerd/lookup"
)

// maxKept is how many questions one connection is answered that asks to be kept.
const maxKept = 100

// conversation is one connection: one question, or with "-k" several. Its memory
// is bounded by a read-ahead of lines and one answer.
type conversation struct {
	*Server
	conn   net.Conn
	lines  *listen.LineReader
	asking lookup.Question
	kept   bool
	form   *Profile  // of the last answer
	began  time.Time // when the question was here
}

// converse answers a connection to its end. taking is done when no new questions
// are to be taken, work when answers in progress are to be given up.
func (s *Server) converse(taking, work context.Context, c net.Conn) {
	v := &conversation{
		Server: s, conn: c, lines: listen.NewLineReader(c, maxLine),
		asking: lookup.Question{
			Caller: access.Public(access.Channel{Addr: listen.ClientAddr(c)}),
			Window: lookup.WHOIS,
		},
		form: ProfileOf(s.desk.About()),
	}
	for asked := 1; ; asked++ {
		answer, more := v.next(taking, work)
		if v.kept {
			more = more && asked < maxKept
			if asked == maxKept {
				answer = append(slices.Clip(answer), v.form.farewell()...)
			}
			answer = apart(answer)
		}
		if !v.send(answer) {
			return // the client has gone, or reads too slowly to be waited for
		}
		if len(answer) > 0 {
			v.answered(time.Since(v.began))
		}
		if !more {
			break
		}
	}
	_ = listen.CloseCleanly(c, s.closeTime) // the answer is out: there is nobody left to tell
}

// next takes a line and answers it, and says whether another is to be taken. The
// answer is nil when there is nobody or nothing to answer.
func (v *conversation) next(taking, work context.Context) (answer []byte, more bool) {
	question := v.asking
	var err error
	if !v.kept {
		question.Text, err = v.lines.ReadLine(context.Background(), time.Now().Add(v.lineTime))
	} else {
		question.Text, err = v.lines.ReadLine(taking, time.Now().Add(v.idleTime))
	}
	v.began = time.Now()
	if err != nil {
		return v.held().unread(question, err), false
	}
	now := v.held()
	question.Caller = now.desk.Recognise(question.Caller.Channel) // anew, since accounts end
	answer, q := now.answer(work, question)
	if v.kept && q.about == keepTopic {
		return nil, false
	}
	v.kept, v.form = v.kept || q.keep, q.form
	return answer, v.kept
}

// send writes an answer, and reports whether the client took it.
func (v *conversation) send(answer []byte) bool {
	if len(answer) == 0 {
		return true
	}
	if v.conn.SetWriteDeadline(time.Now().Add(v.writeTime)) != nil {
		return false
	}
	_, err := v.conn.Write(answer)
	return err == nil
}

// farewell says why a connection ends that was to be kept.
func (f *Profile) farewell() []byte {
	if f.json {
		return nil // nothing may stand beside an object
	}
	p := &page{form: f}
	p.remark("The connection ends here, after ", strconv.Itoa(maxKept), " questions")
	return p.b
}

// apart ends an answer with two empty lines, as RIPE's server does, and leaves
// no other two together in it: who reads on knows where it ends.
func apart(answer []byte) []byte {
	if len(answer) == 0 {
		return nil
	}
	end := "\r\n" // or LF, by the profile
	if !bytes.Contains(answer, []byte(end)) {
		end = "\n"
	}
	out := make([]byte, 0, len(answer)+2*len(end))
	blank := true // none stands at the beginning
	for line := range bytes.Lines(answer) {
		empty := len(bytes.TrimRight(line, "\r\n")) == 0
		if !empty || !blank {
			out = append(out, line...)
		}
		blank = empty
	}
	if !blank {
		out = append(out, end...)
	}
	return append(out, end...)
}
