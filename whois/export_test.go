package whois

import (
	"time"

	"registerd/register"
)

// Hurry shortens the time that a question may take to arrive.
func (s *Server) Hurry(line time.Duration) { s.lineTime = line }

// Tire shortens the time that a kept connection may be silent.
func (s *Server) Tire(idle time.Duration) { s.idleTime = idle }

// MaxKept is how many questions a kept connection is answered.
const MaxKept = maxKept

// The samples of the tests inside the package.
var (
	SampleRegistrar    = exampleRegistrar
	SamplePerson       = naturalPerson
	SampleOrganization = organization
	SampleDomains      = []*register.Domain{personsDomain, organizationsDomain}
	SampleAbout        = exampleAbout
	PersonsPage        = crlf(personsPage)
)
