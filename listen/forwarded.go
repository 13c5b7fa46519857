package listen

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// The headers in which a front end says who is asking: the common one, and that
// of RFC 7239.
const (
	commonHeader   = "X-Forwarded-For"
	standardHeader = "Forwarded"
)

// maxHops is how many machines may have passed a request on.
const maxHops = 20

// UnnamedError says that a front end did not say, or not clearly, who is asking.
type UnnamedError struct{ Reason string }

func (e *UnnamedError) Error() string { return "listen: who is asking: " + e.Reason }

func unnamed(reason string) (netip.Addr, error) { return netip.Addr{}, &UnnamedError{reason} }

// forwardedClient is whom a request comes from that reached us from peer: peer
// itself, or, if that is a front end of the networks from, whom it names. The
// error is an [*UnnamedError].
//
// Each machine on the way writes whom it was called by behind what it was told.
// So the last address is true if peer is, the one before it if that is a front
// end too, and the first that is none is the client. What stands before it is the
// client's own claim and is not read.
func forwardedClient(peer netip.Addr, header http.Header, from []netip.Prefix) (netip.Addr, error) {
	if !listed(from, peer) {
		return peer, nil
	}
	common, standard := header[commonHeader], header[standardHeader]
	switch {
	case len(common)+len(standard) == 0:
		// The front end's own rights are not lent to somebody it does not name.
		return unnamed("the front end did not say it: neither " + commonHeader + " nor " + standardHeader + " is there")
	case len(common) > 0 && len(standard) > 0:
		// One of them may be the client's.
		return unnamed(commonHeader + " and " + standardHeader + " are both there")
	case len(common)+len(standard) > 1:
		return unnamed("the front end's header is there more than once")
	}
	var hops []string
	if len(common) > 0 {
		hops = strings.SplitN(common[0], ",", maxHops+1)
	} else if hops = forwardedFor(standard[0]); hops == nil {
		return unnamed(standardHeader + " is not as RFC 7239 has it")
	}
	if len(hops) > maxHops {
		return unnamed("more than 20 machines have passed the request on")
	}
	return lastUnlisted(hops, from)
}

// lastUnlisted is the last of hops that is not a front end; the first, if all are.
// There is one at least.
func lastUnlisted(hops []string, from []netip.Prefix) (netip.Addr, error) {
	for i := len(hops) - 1; ; i-- {
		addr, ok := readHop(hops[i])
		switch {
		case !ok:
			return unnamed("the front end's header has something that is no address")
		case i > 0 && listed(from, addr):
			continue
		case addr.IsUnspecified(), addr.IsMulticast():
			return unnamed("the address is no host's")
		case addr.IsLoopback():
			// It is another machine's, or of somebody on this one whom the front end
			// should not let in, and would be taken for the operator.
			return unnamed("the address is of a loopback")
		}
		return addr, nil
	}
}

func listed(from []netip.Prefix, addr netip.Addr) bool {
	return slices.ContainsFunc(from, func(p netip.Prefix) bool { return p.Contains(addr) })
}

// readHop reads an address as front ends write it: perhaps with a port, and that
// of IPv6 in brackets or not. "unknown" and made-up identifiers are none.
func readHop(text string) (netip.Addr, bool) {
	text = strings.Trim(text, " \t")
	if inner, ok := strings.CutPrefix(text, "["); ok && strings.HasSuffix(inner, "]") {
		text = strings.TrimSuffix(inner, "]")
	}
	addr, err := netip.ParseAddr(text)
	if err != nil {
		var at netip.AddrPort
		if at, err = netip.ParseAddrPort(text); err != nil {
			return netip.Addr{}, false
		}
		addr = at.Addr()
	}
	return addr.Unmap().WithZone(""), true
}

// forwardedFor are the addresses that stand in a Forwarded header (RFC 7239
// section 4), one of each element and "" where it has none. It is nil if the
// header is not well formed: a quotation mark of the client's could hide what the
// front end wrote behind it.
func forwardedFor(line string) []string {
	hops := []string{""}
	for rest := strings.Trim(line, " \t"); ; {
		if rest != "" && rest[0] != ';' && rest[0] != ',' {
			name, value, after, ok := cutPair(rest)
			last := &hops[len(hops)-1]
			if isFor := strings.EqualFold(name, "for"); !ok || isFor && (*last != "" || value == "") {
				return nil
			} else if isFor {
				*last = value
			}
			rest = after
		}
		next, isPair := strings.CutPrefix(rest, ";")
		if isPair {
			rest = next
			continue
		}
		rest = strings.TrimLeft(rest, " \t")
		if rest == "" {
			return hops
		}
		if rest[0] != ',' || len(hops) > maxHops {
			return nil
		}
		hops, rest = append(hops, ""), strings.TrimLeft(rest[1:], " \t")
	}
}

// cutPair takes name=value off text; the value may be quoted.
func cutPair(text string) (name, value, rest string, ok bool) {
	if name, rest = cutToken(text); name == "" {
		return "", "", "", false
	}
	if rest, ok = strings.CutPrefix(rest, "="); !ok {
		return "", "", "", false
	}
	if quoted, isQuoted := strings.CutPrefix(rest, `"`); isQuoted {
		value, rest, ok = cutQuoted(quoted)
		return name, value, rest, ok
	}
	value, rest = cutToken(rest)
	return name, value, rest, value != ""
}

// cutToken takes a token off text (RFC 9110 section 5.6.2).
func cutToken(text string) (token, rest string) {
	const marks = "!#$%&'*+-.^_`|~"
	end := strings.IndexFunc(text, func(r rune) bool {
		return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune(marks, r))
	})
	if end < 0 {
		end = len(text)
	}
	return text[:end], text[end:]
}

// cutQuoted takes off text what stands before its closing quotation mark (RFC
// 9110 section 5.6.4).
func cutQuoted(text string) (value, rest string, ok bool) {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			return b.String(), text[i+1:], true
		case '\\':
			if i++; i == len(text) {
				return "", "", false
			}
		}
		b.WriteByte(text[i])
	}
	return "", "", false
}
