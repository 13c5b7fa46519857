package backup_test

import (
	"archive/tar"
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	mathrand "math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"golang.org/x/mod/sumdb/note"

	"registerd/backup"
)

// key makes a key that signs, and the one that verifies it.
func key(t *testing.T, name string) (note.Signer, string) {
	t.Helper()
	secret, public, err := note.GenerateKey(rand.Reader, name)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(secret)
	if err != nil {
		t.Fatal(err)
	}
	return signer, public
}

// parts are of all lengths that a block can be filled with or not.
func parts() fstest.MapFS {
	all := fstest.MapFS{}
	random := mathrand.New(mathrand.NewPCG(8, 18))
	for i, size := range []int{0, 1, 511, 512, 513, 5000, 1024} {
		data := make([]byte, size)
		for i := range data {
			data[i] = byte(random.Uint32())
		}
		all[fmt.Sprintf("folder%d/part", i)] = &fstest.MapFile{Data: data}
	}
	all["configuration/"+strings.Repeat("long-", 40)+"ø.toml"] = &fstest.MapFile{Data: []byte("long")}
	return all
}

func manifest() backup.Manifest {
	return backup.Manifest{
		Made: time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC), Program: "1",
		Register: backup.Register{Zones: []string{"example"}, Serial: 7, Counts: backup.Counts{Domains: 3}},
	}
}

func written(t *testing.T, from fstest.MapFS, signer note.Signer) []byte {
	t.Helper()
	var file bytes.Buffer
	if err := backup.Write(&file, from, manifest(), signer, nil); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// read gives all parts of a backup that one of the keys signed.
func read(file []byte, keys ...string) (map[string]string, error) {
	b, err := backup.NewReader(bytes.NewReader(file))
	if err != nil {
		return nil, err
	}
	defer b.Close()
	if _, err := b.Signed(keys); err != nil {
		return nil, err
	}
	got := map[string]string{}
	return got, b.Parts(func(p backup.Part, in io.Reader) error {
		text, err := io.ReadAll(in)
		got[p.Name] = string(text)
		return err
	})
}

func same(got map[string]string, want fstest.MapFS) bool {
	return maps.EqualFunc(got, want, func(a string, b *fstest.MapFile) bool { return a == string(b.Data) })
}

func TestWhatWasWrittenIsRead(t *testing.T) {
	signer, public := key(t, "journal")
	file := written(t, parts(), signer)
	got, err := read(file, public)
	if err != nil || !same(got, parts()) {
		t.Errorf("%v, %d parts", err, len(got))
	}
	if !bytes.Equal(file, written(t, parts(), signer)) {
		t.Error("the same parts made another file")
	}
	b, err := backup.NewReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	if m := b.Manifest; m.Format != backup.Format || m.Register.Serial != 7 || m.Register.Counts.Domains != 3 || len(m.Parts) != len(parts()) || m.Size() != 7565 {
		t.Errorf("%+v", m)
	}
	if name, err := b.Signed([]string{public}); name != "journal" || err != nil {
		t.Errorf("signed by %q, %v", name, err)
	}
}

func TestACompressedBackupIsReadAsOne(t *testing.T) {
	signer, public := key(t, "journal")
	var packed bytes.Buffer
	w, err := backup.Compress(&packed)
	if err == nil {
		err = errors.Join(backup.Write(w, parts(), manifest(), signer, nil), w.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
	if got, err := read(packed.Bytes(), public); err != nil || !same(got, parts()) {
		t.Errorf("%v, %d parts", err, len(got))
	}
	for cut := 0; cut < packed.Len(); cut += 97 {
		if _, err := read(packed.Bytes()[:cut], public); !errors.Is(err, backup.ErrDamaged) {
			t.Fatalf("cut at %d: %v", cut, err)
		}
	}
	flipEach(t, packed.Bytes(), public, 100)
}

func TestABackupThatIsCutAnywhereIsRefused(t *testing.T) {
	signer, public := key(t, "journal")
	file := written(t, parts(), signer)
	for block := 0; block < len(file); block += 512 {
		for _, cut := range []int{block, block + 1, block + 200, block + 511} {
			if _, err := read(file[:cut], public); !errors.Is(err, backup.ErrDamaged) {
				t.Fatalf("cut at %d of %d: %v", cut, len(file), err)
			}
		}
	}
	if _, err := read(append(slices.Clone(file), 0), public); !errors.Is(err, backup.ErrDamaged) {
		t.Errorf("with more at its end: %v", err)
	}
}

func TestABitThatFlippedIsRefusedOrWithoutEffect(t *testing.T) {
	signer, public := key(t, "journal")
	flipEach(t, written(t, parts(), signer), public, 800)
}

// flipEach flips one bit at a time, and wants every part as it was or a refusal.
func flipEach(t *testing.T, file []byte, public string, times int) {
	t.Helper()
	random := mathrand.New(mathrand.NewPCG(2, 18))
	refused := 0
	for range times {
		at, bit := random.IntN(len(file)), byte(1)<<random.IntN(8)
		file[at] ^= bit
		got, err := read(file, public)
		file[at] ^= bit
		if err != nil {
			refused++
		} else if !same(got, parts()) {
			t.Fatalf("byte %d, bit %#x: read, and not what was written", at, bit)
		}
	}
	if refused < times/2 {
		t.Errorf("%d of %d refused: the flips do not reach the data", refused, times)
	}
}

func TestABackupIsNotWhatAnotherKeySigned(t *testing.T) {
	signer, public := key(t, "journal")
	other, _ := key(t, "journal") // of the same name
	_, elsewhere := key(t, "other")
	file := written(t, parts(), signer)
	for what, refused := range map[string]struct {
		file []byte
		keys []string
	}{
		"another key":                      {file, []string{elsewhere}},
		"no key":                           {file, nil},
		"nobody signed":                    {written(t, parts(), nil), []string{public}},
		"another key of that name":         {written(t, parts(), other), []string{public}},
		"another key, whose line was kept": {bytes.Replace(written(t, parts(), other), []byte(`"serial": 7`), []byte(`"serial": 8`), 1), []string{elsewhere}},
	} {
		if _, err := read(refused.file, refused.keys...); !errors.Is(err, backup.ErrForeign) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := read(file, elsewhere, public); err != nil {
		t.Errorf("one of two keys: %v", err)
	}
	changed := bytes.Replace(file, []byte(`"serial": 7`), []byte(`"serial": 8`), 1)
	if _, err := read(changed, public); !errors.Is(err, backup.ErrDamaged) {
		t.Errorf("another manifest under the signature: %v", err)
	}
}

func TestABackupOfANewerProgramIsToldApart(t *testing.T) {
	newer := bytes.Replace(written(t, parts(), nil), []byte(`"format": 1,`), []byte(`"format": 2,`), 1)
	if _, err := read(newer); !errors.Is(err, backup.ErrNewer) {
		t.Errorf("%v", err)
	}
	odd := bytes.Replace(written(t, parts(), nil), []byte(`"program"`), []byte(`"anthem_"`), 1)
	if _, err := read(odd); !errors.Is(err, backup.ErrDamaged) {
		t.Errorf("an unknown member: %v", err)
	}
}

func TestNoPartIsPutElsewhere(t *testing.T) {
	honest := written(t, fstest.MapFS{"aa/b.db": {Data: []byte("x")}, "cc/d.db": {Data: []byte("x")}}, nil)
	for _, name := range []string{"../b.db", "/a/b.db", "cc/d.db", "./b.dbx"} {
		file := bytes.ReplaceAll(honest, []byte("aa/b.db"), []byte(name))
		if _, err := backup.NewReader(bytes.NewReader(file)); !errors.Is(err, backup.ErrDamaged) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAManifestOfPartsThatCannotBeIsRefused(t *testing.T) {
	digest := strings.Repeat("0", 64)
	for what, parts := range map[string][]backup.Part{
		"a part within another":          {{Name: "a/b/c", SHA256: digest}, {Name: "a", SHA256: digest}},
		"more bytes than can be counted": {{Name: "a", Size: math.MaxInt64, SHA256: digest}, {Name: "b", Size: 1, SHA256: digest}},
	} {
		m := manifest()
		m.Format, m.Parts = backup.Format, parts
		text, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		var file bytes.Buffer
		out := tar.NewWriter(&file)
		err = out.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: backup.ManifestName, Size: int64(len(text))})
		if err == nil {
			_, err = out.Write(text)
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, err := backup.NewReader(&file); !errors.Is(err, backup.ErrDamaged) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestPartsThatChangeWhileTheyAreWrittenAreAnError(t *testing.T) {
	for what, size := range map[string]int{"grows": 20, "shrinks": 5} {
		from := fstest.MapFS{"part": {Data: make([]byte, 10)}}
		reads := 0
		err := backup.Write(io.Discard, from, manifest(), nil, func(int64, int64) {
			if reads++; reads == 1 {
				from["part"] = &fstest.MapFile{Data: make([]byte, size)}
			}
		})
		if err == nil {
			t.Errorf("%s: written", what)
		}
	}
}

func TestAnErrorOfWhoTakesPartsIsNotOneOfTheFile(t *testing.T) {
	b, err := backup.NewReader(bytes.NewReader(written(t, parts(), nil)))
	if err != nil {
		t.Fatal(err)
	}
	full := errors.New("the disk is full")
	if err := b.Parts(func(backup.Part, io.Reader) error { return full }); !errors.Is(err, full) || errors.Is(err, backup.ErrDamaged) {
		t.Errorf("%v", err)
	}
}
