package register

import (
	"bytes"
	"fmt"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// kept are the types that are written as bytes, each with its tag.
var kept = []struct {
	tag    Tag
	blank  func() any
	decode func([]byte) (any, error)
}{
	{TagDomain, func() any { return new(Domain) }, func(b []byte) (any, error) { return DecodeDomain(b) }},
	{TagReserved, func() any { return new(Reserved) }, func(b []byte) (any, error) { return DecodeReserved(b) }},
	{TagContact, func() any { return new(Contact) }, func(b []byte) (any, error) { return DecodeContact(b) }},
	{TagHost, func() any { return new(Host) }, func(b []byte) (any, error) { return DecodeHost(b) }},
	{TagRegistrar, func() any { return new(Registrar) }, func(b []byte) (any, error) { return DecodeRegistrar(b) }},
	{TagIDNTable, func() any { return new(IDNTable) }, func(b []byte) (any, error) { return DecodeIDNTable(b) }},
	{TagFacts, func() any { return new(Kept) }, func(b []byte) (any, error) { return DecodeKept(b) }},
	{TagState, func() any { return new(State) }, func(b []byte) (any, error) { return DecodeState(b) }},
}

func encoded(object any) []byte {
	return object.(interface{ Append([]byte) []byte }).Append(nil)
}

// same compares objects; times by instant and offset, since all are kept in UTC.
func same(a, b any) string {
	return cmp.Diff(a, b, cmp.Comparer(func(x, y time.Time) bool { return x == y }),
		cmp.Comparer(func(x, y netip.Addr) bool { return x == y }))
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	for _, k := range kept {
		t.Run(reflect.TypeOf(k.blank()).Elem().Name(), rapid.MakeCheck(func(t *rapid.T) {
			object := k.blank()
			draw(t, reflect.ValueOf(object).Elem())
			got, err := k.decode(encoded(object))
			if err != nil {
				t.Fatal(err)
			}
			if diff := same(object, got); diff != "" {
				t.Fatal(diff)
			}
		}))
	}
}

// draw fills v with anything that a value of its type can be.
func draw(t *rapid.T, v reflect.Value) {
	switch v.Interface().(type) {
	case time.Time:
		if sec := rapid.Int64Range(-1<<36, 1<<36).Draw(t, "sec"); sec != 0 {
			v.Set(reflect.ValueOf(time.Unix(sec, rapid.Int64Range(0, 999_999_999).Draw(t, "nsec")).UTC()))
		}
		return
	case netip.Addr:
		size := rapid.SampledFrom([]int{4, 16}).Draw(t, "family")
		a, _ := netip.AddrFromSlice(rapid.SliceOfN(rapid.Byte(), size, size).Draw(t, "address"))
		v.Set(reflect.ValueOf(a))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(rapid.String().Draw(t, "text"))
	case reflect.Bool:
		v.SetBool(rapid.Bool().Draw(t, "flag"))
	case reflect.Int:
		v.SetInt(rapid.Int64().Draw(t, "number"))
	case reflect.Uint8, reflect.Uint16, reflect.Uint64:
		v.SetUint(rapid.Uint64Max(1<<v.Type().Bits()-1).Draw(t, "number"))
	case reflect.Pointer:
		if rapid.Bool().Draw(t, "there") {
			v.Set(reflect.New(v.Type().Elem()))
			draw(t, v.Elem())
		}
	case reflect.Slice:
		if n := rapid.IntRange(0, 3).Draw(t, "length"); n > 0 {
			v.Set(reflect.MakeSlice(v.Type(), n, n))
		}
		for i := range v.Len() {
			draw(t, v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			draw(t, v.Field(i))
		}
	default:
		t.Fatalf("no way to draw a %s", v.Type())
	}
}

func TestEveryFieldIsWritten(t *testing.T) {
	for _, k := range kept {
		object := k.blank()
		fill(reflect.ValueOf(object).Elem(), new(int))
		before := encoded(object)
		name := reflect.TypeOf(object).Elem().Name()
		fields := eachLeaf(reflect.ValueOf(object).Elem(), name, func(path string) {
			if bytes.Equal(encoded(object), before) {
				t.Errorf("%s is not written", path)
			}
		})
		if !bytes.Equal(encoded(object), before) {
			t.Errorf("%s: the test left the object changed", name)
		}
		if fields < reflect.TypeOf(object).Elem().NumField() {
			t.Errorf("%s: only %d values were tried", name, fields)
		}
	}
}

// fill gives every value of v one that is its own and not zero.
func fill(v reflect.Value, n *int) {
	*n++
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(time.Date(2020, 1, 1, 0, 0, *n, *n, time.UTC)))
		return
	case netip.Addr:
		v.Set(reflect.ValueOf(netip.AddrFrom4([4]byte{192, 0, 2, byte(*n)})))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(fmt.Sprint("value ", *n))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int:
		v.SetInt(int64(*n))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), n)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(v.Index(0), n)
		fill(v.Index(1), n)
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), n)
		}
	default:
		v.SetUint(uint64(*n%100 + 1))
	}
}

// eachLeaf changes one value of v at a time, calls f, and changes it back. It
// returns how many there were.
func eachLeaf(v reflect.Value, path string, f func(path string)) int {
	try := func(changed any) {
		old := reflect.ValueOf(v.Interface())
		v.Set(reflect.ValueOf(changed).Convert(v.Type()))
		f(path)
		v.Set(old)
	}
	switch x := v.Interface().(type) {
	case time.Time:
		try(x.Add(time.Nanosecond))
		try(time.Time{})
		return 2
	case netip.Addr:
		try(x.Next())
		return 1
	}
	n := 1
	switch v.Kind() {
	case reflect.String:
		try(v.String() + "x")
	case reflect.Bool:
		try(!v.Bool())
	case reflect.Int:
		try(v.Int() + 1)
	case reflect.Pointer:
		n += eachLeaf(v.Elem(), path, f)
		try(reflect.Zero(v.Type()).Interface())
	case reflect.Slice:
		try(v.Slice(0, v.Len()-1).Interface())
		for i := range v.Len() {
			n += eachLeaf(v.Index(i), fmt.Sprintf("%s[%d]", path, i), f)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			n += eachLeaf(v.Field(i), path+"."+v.Type().Field(i).Name, f)
		}
	default:
		try(v.Uint() + 1)
	}
	return n
}

func TestCutBytesAreRefused(t *testing.T) {
	for _, k := range kept {
		whole := filled(k.blank())
		for n := range whole {
			if _, err := k.decode(whole[:n]); err == nil {
				t.Errorf("tag %d: %d of %d bytes were read as a whole", k.tag, n, len(whole))
			}
		}
		if _, err := k.decode(append(whole, 0)); err == nil {
			t.Errorf("tag %d: a byte too many was passed over", k.tag)
		}
	}
}

func filled(object any) []byte {
	fill(reflect.ValueOf(object).Elem(), new(int))
	return encoded(object)
}

func TestFlippedBitsNeverPanic(t *testing.T) {
	for _, k := range kept {
		whole := filled(k.blank())
		for i := range whole {
			for bit := range 8 {
				damaged := bytes.Clone(whole)
				damaged[i] ^= 1 << bit
				_, _ = k.decode(damaged)
			}
		}
	}
}

func TestAnObjectOfANewerProgramIsRefused(t *testing.T) {
	for _, k := range kept {
		whole := filled(k.blank())
		for _, version := range []byte{0, codecVersion + 1, 255} {
			whole[1] = version
			_, err := k.decode(whole)
			if err == nil || !strings.Contains(err.Error(), "newer") {
				t.Errorf("tag %d, version %d: %v", k.tag, version, err)
			}
		}
	}
}

func TestAnObjectIsNotTakenForAnother(t *testing.T) {
	for _, k := range kept {
		for _, other := range kept {
			if _, err := k.decode(filled(other.blank())); (err == nil) != (k.tag == other.tag) {
				t.Errorf("tag %d read as tag %d: %v", other.tag, k.tag, err)
			}
		}
	}
}

func TestADamagedLengthAsksForNoMemory(t *testing.T) {
	endless := []byte{byte(TagState), codecVersion, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f}
	allocated := testing.AllocsPerRun(10, func() {
		if _, err := DecodeState(endless); err == nil {
			t.Error("a list of 2^63 zones was read")
		}
	})
	if allocated > 10 {
		t.Errorf("%v allocations", allocated)
	}
}

func FuzzDecode(f *testing.F) {
	for _, k := range kept {
		f.Add(filled(k.blank()))
		f.Add(encoded(k.blank()))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, k := range kept {
			object, err := k.decode(b)
			if err != nil {
				continue
			}
			again, err := k.decode(encoded(object))
			if err != nil {
				t.Fatalf("what was read cannot be read again: %v", err)
			}
			if diff := same(object, again); diff != "" {
				t.Fatal(diff)
			}
		}
	})
}
