package access

// People are accounts, with what they are known by.
type People struct {
	Accounts    []Account
	Credentials []Credential
}

// Find is the account of an id, or nil.
func (p *People) Find(id string) *Account {
	for i := range p.Accounts {
		if p.Accounts[i].ID == id {
			return &p.Accounts[i]
		}
	}
	return nil
}

// Join adds the accounts of others with their credentials, but for one whose id, or
// whose credential's id, is taken: nothing of the request desk may keep others out.
func (p *People) Join(others People) {
	taken := map[string]bool{}
	for _, c := range p.Credentials {
		taken[c.ID] = true
	}
	for _, c := range others.Credentials {
		a := others.Find(c.Account)
		if taken[c.ID] || a == nil || p.Find(a.ID) != nil {
			continue
		}
		taken[c.ID] = true
		p.Accounts, p.Credentials = append(p.Accounts, *a), append(p.Credentials, c)
	}
}
