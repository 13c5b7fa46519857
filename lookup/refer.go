package lookup

import "registerd/register"

// Refer is the WHOIS server that the operator says answers for names below one
// that this name is below; "" when there is none. It asks nobody.
func (d *Desk) Refer(name register.Name) register.Name {
	servers := d.published.Load().Refer
	for n := name.Parent(); n != "" && len(servers) > 0; n = n.Parent() {
		if host, known := servers[n]; known {
			return host
		}
	}
	return ""
}
