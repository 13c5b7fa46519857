package lookup

import "registerd/register"

// Refer is the WHOIS server that the operator says answers for names below one
// that this name is below; "" when there is none. It asks nobody. Who is named for
// a zone of ours, or for what it lies in, answers for no name of the zone: what is
// not there is free, and not another's.
func (d *Desk) Refer(name register.Name) register.Name {
	servers := d.inForce().published.Refer
	if len(servers) == 0 {
		return ""
	}
	var zone register.Name
	if e := d.last.Load(); e != nil && e.State != nil {
		zone, _ = e.State.Zone(name)
	}
	for n := name; n != zone; {
		if n = n.Parent(); n == zone {
			return ""
		}
		if host, known := servers[n]; known {
			return host
		}
	}
	return ""
}
