package sqlfile

import "testing"

func TestWhoseFilesAreTaken(t *testing.T) {
	const root, service, other = 0, 998, 1000
	for _, c := range []struct {
		owner, self int
		want        bool
	}{
		{service, service, true}, {root, service, true}, {other, service, false},
		{root, root, true}, {service, root, true}, {service, other, false},
	} {
		if got := owns(c.owner, c.self); got != c.want {
			t.Errorf("a file of %d for %d: %v", c.owner, c.self, got)
		}
	}
}
