package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"registerd/config"
	"registerd/register"
	"registerd/request"
	"registerd/service"
	"registerd/store"
	"registerd/store/sqlite"
)

type requestGrantCommand struct {
	requestNumbered
	Field    []string `required:"" placeholder:"FIELD" help:"A field to grant, such as 'contact name'; repeat it for more."`
	Withhold []string `sep:"none" placeholder:"FIELD:REASON" help:"A field that was asked for and is not granted, and why, as the requester is told; repeat it for more."`
	Object   []string `placeholder:"NAME|HANDLE" help:"What it is granted for; repeat it for more. Default: all that was asked for."`
	Role     []string `placeholder:"ROLE" help:"Of a domain, the contacts that the fields are of: registrant, admin, tech, billing. Default: registrant."`

	Statute   string `placeholder:"TEXT" help:"The statute that obliges or entitles us; or"`
	Interest  string `placeholder:"TEXT" help:"the legitimate interest, which then has to be weighed:"`
	Necessity string `placeholder:"TEXT" help:"why these data, and no others, are necessary for it;"`
	Balance   string `placeholder:"TEXT" help:"why the holder's interests do not override it."`

	Identity string `required:"" placeholder:"TEXT" help:"Who the requester was found to be: the organisation, of which the holder is told, and not who there asked."`
	Verified string `required:"" placeholder:"TEXT" help:"How that was verified."`
	Country  string `required:"" placeholder:"CC" help:"The country that the data go to, in two capitals."`

	Transfer    string `placeholder:"WORD" help:"Outside the EEA: adequacy, safeguards, agreement or derogation (GDPR Art. 45, 46, 48, 49)."`
	TransferWhy string `placeholder:"TEXT" help:"Which decision, which safeguards, or which case of it."`

	Heard    string `placeholder:"TEXT" help:"When the holder was heard, and what they said; or"`
	NotHeard string `placeholder:"TEXT" help:"why the holder was not heard."`

	ConfidentialUntil *day `placeholder:"DATE" help:"Until when the holder is not told."`
	Days              int  `default:"7" help:"For how many days the token opens it (${default})."`
}

// Run grants, or proposes to.
func (r *requestGrantCommand) Run(ctx context.Context, con console) error {
	return r.open(ctx, con, func(d *request.Desk, c *config.Config, by string) error {
		asked, err := d.Show(ctx, r.Number)
		switch {
		case err != nil:
			return err
		case asked.File == nil:
			return fmt.Errorf("request %s: %w", r.Number, request.ErrErased)
		}
		decision, err := r.decision(by)
		if err != nil {
			return err
		}
		if decision.Objects, err = r.objects(asked.File.Submission.Objects); err != nil {
			return err
		}
		if err := pin(ctx, c, decision.Objects); err != nil {
			return fmt.Errorf("request %s: %w", r.Number, err)
		}
		if _, err := d.Grant(ctx, r.Number, decision); err != nil {
			return err
		}
		return printStanding(ctx, con.out, d, r.Number)
	})
}

func (r *requestGrantCommand) decision(by string) (request.Decision, error) {
	decision := request.Decision{
		By: by, Roles: r.Role, Identity: r.Identity, Verified: r.Verified, Country: r.Country,
		Ground:   request.Ground{Statute: r.Statute, Interest: r.Interest, Necessity: r.Necessity, Balance: r.Balance},
		Transfer: request.Transfer{By: r.Transfer, Why: r.TransferWhy},
		Heard:    r.Heard, NotHeard: r.NotHeard, Confidential: timeOf(r.ConfidentialUntil),
		Until: time.Now().Add(time.Duration(r.Days) * 24 * time.Hour),
	}
	for _, word := range r.Field {
		f := request.FieldDecision{Granted: true}
		if err := f.Field.UnmarshalText([]byte(word)); err != nil {
			return request.Decision{}, misused("request: --field %q: %v", word, err)
		}
		decision.Fields = append(decision.Fields, f)
	}
	for _, both := range r.Withhold {
		word, reason, _ := strings.Cut(both, ":")
		f := request.FieldDecision{Reason: strings.TrimSpace(reason)}
		if err := f.Field.UnmarshalText([]byte(strings.TrimSpace(word))); err != nil {
			return request.Decision{}, misused("request: --withhold %q: %v", word, err)
		}
		decision.Fields = append(decision.Fields, f)
	}
	return decision, nil
}

// objects are those of the request that were named, or all.
func (r *requestGrantCommand) objects(asked []request.Object) (out []request.Object, err error) {
	if len(r.Object) == 0 {
		return slices.Clone(asked), nil
	}
	for _, word := range r.Object {
		name, _ := register.ParseName(word)
		handle, _ := register.HandleKey(word)
		i := slices.IndexFunc(asked, func(o request.Object) bool {
			return o.Domain != "" && o.Domain == name || o.Contact != "" && o.Contact == handle
		})
		if i < 0 {
			return nil, misused("request: --object %q: it was not asked for", word)
		}
		out = append(out, asked[i])
	}
	return out, nil
}

var errNotThere = errors.New("it is not in the register")

// pin gives the objects the ROIDs that the register has for them now: names and
// handles are used again, and nothing is granted of who has them then.
func pin(ctx context.Context, c *config.Config, objects []request.Object) error {
	reader, err := service.OpenRegister(c.DB, sqlite.Options{})
	if err != nil {
		return err
	}
	defer reader.Close()
	for i := range objects {
		o := &objects[i]
		if o.Domain == "" {
			o.ROID, err = contactROID(ctx, reader, o.Contact)
		} else {
			o.ROID, o.Holder, err = domainROIDs(ctx, reader, o.Domain)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", *o, err)
		}
	}
	return nil
}

func there(ctx context.Context, reader store.Reader, ref store.Ref) (store.Found, error) {
	found, _, err := reader.Find(ctx, store.Ask{Ref: ref})
	switch {
	case err != nil:
		return store.Found{}, err
	case len(found) == 0 || !found[0].There():
		return store.Found{}, errNotThere
	}
	return found[0], nil
}

func contactROID(ctx context.Context, reader store.Reader, handle string) (string, error) {
	found, err := there(ctx, reader, store.Ref{Kind: store.Contacts, Key: handle})
	if err != nil {
		return "", err
	}
	contact, err := register.DecodeContact(found.Bytes)
	if err != nil {
		return "", err
	}
	return contact.ROID, nil
}

// domainROIDs are those of a domain and of its registrant, who may be missing in
// the register and has none then.
func domainROIDs(ctx context.Context, reader store.Reader, name register.Name) (own, holder string, err error) {
	found, err := there(ctx, reader, store.Ref{Kind: store.Names, Key: string(name)})
	switch {
	case err != nil:
		return "", "", err
	case found.Tag() != register.TagDomain && found.Tag() != register.TagLeaving:
		return "", "", errNotThere // a reserved name is nobody's
	}
	domain, err := register.DecodeDomain(found.Bytes)
	if err != nil {
		return "", "", err
	}
	if domain.Registrant == "" {
		return domain.ROID, "", nil
	}
	key, err := register.HandleKey(domain.Registrant)
	if err == nil {
		holder, err = contactROID(ctx, reader, key)
	}
	if errors.Is(err, errNotThere) {
		err = nil
	}
	return domain.ROID, holder, err
}
