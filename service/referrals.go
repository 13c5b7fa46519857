package service

import "registerd/referral"

// referrals reports how old what is known of others is.
func (m *metrics) referrals(d *referral.Directory) {
	m.together(func(tell tellGauge) {
		written := map[referral.File]float64{}
		for _, k := range d.Known() {
			written[k.File] = unixTime(k.Written)
		}
		for _, f := range referral.Files() {
			tell("registerd_referrals_timestamp_seconds", written[f], f.String())
		}
	}, family{name: "registerd_referrals_timestamp_seconds", help: "When a bootstrap file was written or fetched; 0 when there is none.", label: "file"})
}
