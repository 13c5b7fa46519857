package rdap

import "registerd/federated"

// session tells of a session, or with none that something was done.
func (s site) session(title, says string, of *federated.Session) []byte {
	return s.encode(s.base+"help", ours, func(e *encoder) {
		e.done(title, says)
		if of == nil {
			return
		}
		e.key("farv1_session")
		e.open('{')
		e.member("userID", of.Subject)
		e.member("iss", of.Issuer)
		e.claims(of)
		e.key("sessionInfo")
		e.open('{')
		e.number("tokenExpiration", int(of.Left.Seconds()))
		e.boolean("tokenRefresh", of.Refreshes)
		e.close('}')
		e.close('}')
	})
}

func (e *encoder) done(title, says string) {
	e.uses |= usesFederation
	e.member("lang", e.lang)
	mark := e.begin("notices", '[')
	e.notice(title, says)
	e.end(mark, ']')
}

// claims are those that matter here. What else a provider says of a person is not
// told to whoever looks at the screen.
func (e *encoder) claims(of *federated.Session) {
	mark := e.begin("userClaims", '{')
	if len(of.Purposes) > 0 {
		list := e.begin("rdap_allowed_purposes", '[')
		for _, p := range of.Purposes {
			if p != "" {
				e.text(p)
			}
		}
		e.end(list, ']')
	}
	if of.Untracked {
		e.boolean("rdap_dnt_allowed", true)
	}
	e.end(mark, '}')
}

// device tells how to log in on another device (RFC 9560 section 5.2.4).
func (s site) device(d federated.Device) []byte {
	return s.encode(s.base+"help", ours, func(e *encoder) {
		e.done("Device Login", "Enter the code at the address, and then ask farv1_session/devicepoll with farv1_dc.")
		e.key("farv1_deviceInfo")
		e.open('{')
		e.member("device_code", d.Code)
		e.member("user_code", d.UserCode)
		e.member("verification_uri", d.Verify)
		e.optional("verification_uri_complete", d.Whole)
		e.number("expires_in", d.Ends)
		e.number("interval", d.Interval)
		e.close('}')
	})
}
