package audit

import "slices"

// Entry is the kind of a record. It is closed, and stays in clear.
type Entry string

// The kinds of records. An empty one is a disclosure.
const (
	EntryDisclosure Entry = "disclosure" // somebody was told what is not public
	EntryRules      Entry = "rules"      // other publication rules came into force
	EntryRequest    Entry = "request"    // a request was made, or somebody worked on it
	EntryGrant      Entry = "grant"      // a request was granted, in whole or in part
	EntryRefusal    Entry = "refusal"    // a request was refused
	EntryAccount    Entry = "account"    // an account was made or changed
	EntryToken      Entry = "token"      // a credential was made or revoked
	EntryLink       Entry = "link"       // a holder's link was made or used
	EntryExport     Entry = "export"     // the journal was exported
	EntryRollback   Entry = "rollback"   // the register went back to an earlier load
	EntryBackup     Entry = "backup"     // everything was copied
	EntryRestore    Entry = "restore"    // the journal goes on from a copy

	// EntryKeyErased says that the key of a day, its Reference, is erased: what
	// that day's records seal is gone. The journal writes it itself.
	EntryKeyErased Entry = "sealed-key-erased"
	// EntryOldJournal closes a journal of the old form: its Reference names the
	// file, how many records it has, and its hash. The journal writes it itself.
	EntryOldJournal Entry = "old-journal"
	// EntryOldErased says that such a file, its Reference, is erased. The journal
	// writes it itself.
	EntryOldErased Entry = "old-journal-erased"
)

// told are the entries that others may ask for.
var told = []Entry{
	EntryDisclosure, EntryRules, EntryRequest, EntryGrant, EntryRefusal,
	EntryAccount, EntryToken, EntryLink, EntryExport, EntryRollback, EntryBackup, EntryRestore,
}

func (e Entry) mayBeTold() bool { return slices.Contains(told, e) }
