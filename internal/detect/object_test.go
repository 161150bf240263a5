package detect

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// leaves writes a tree as one line for each scalar: "issue.details.code=X".
func leaves(t *tree) []string {
	var lines []string
	for i, n := range t.nodes {
		if n.kind != scalarNode {
			continue
		}
		var path []string
		for p := int32(i); p >= 0; p = t.nodes[p].parent {
			if k := t.nodes[p].key; k.End > k.Start {
				path = append([]string{t.text[k.Start:k.End]}, path...)
			}
		}
		lines = append(lines, strings.Join(path, ".")+"="+t.str(int32(i)))
	}
	return lines
}

func TestObjects(t *testing.T) {
	tests := []struct {
		name, in string
		want     []string
	}{
		{"JSON", `{"a": "x", "b": {"c": 1, "d": [true, "y"]}, "e": null}`, []string{"a=x", "b.c=1", "b.d=", "b.d=y", "e="}},
		{"escapes", `{"a": "say \"hi\" \u0041\n"}`, []string{`a=say "hi" A`}},
		{"truncated in a string", `{"a": {"b": "xy`, []string{"a.b=xy..."}},
		{"truncated after a name", `{"a": 1, "b`, []string{"a=1"}},
		{"truncated after a colon", `{"a": 1, "b":`, []string{"a=1"}},
		{"Python", `{'a': 'x', 'b': None, 'c': True, u'd': b'y'}`, []string{"a=x", "b=", "c=", "d=y"}},
		{"apostrophe in single quotes", `{'a': 'you don't have it', 'b': 2}`, []string{"a=you don't have it", "b=2"}},
		{"quotes in double quotes", `{"a": "the "x" header", "b": 2}`, []string{`a=the "x" header`, "b=2"}},
		{"JavaScript", "{\n  a: 'x',\n  b: [Object],\n  c: Foo { d: undefined },\n  e: 3\n}", []string{"a=x", "b=Object", "c.d=", "e=3"}},
		{"Ruby", `{"a"=>"x", :b=>403}`, []string{"a=x", "b=403"}},
		{"Java's toString", `{a=x y, b={c=1}}`, []string{"a=x y", "b.c=1"}},
		{"inside a string", `{\"a\": \"x \\\"y\\\" z\", \"b\": {\"c\": \"d\"}}`, []string{`a=x "y" z`, "b.c=d"}},
		{"inside a string twice", `{\\\"a\\\": \\\"x\\\"}`, []string{"a=x"}},
		{"line ends as escapes", `{\n  \"a\": 1,\n  \"b\": 2\n}`, []string{"a=1", "b=2"}},
		{"trailing commas", `{"a": [1, 2,], "b": 3,}`, []string{"a=1", "a=2", "b=3"}},
		{"missing commas", "{\"a\": \"x\"\n \"b\": \"y\"}", []string{"a=x", "b=y"}},
		{"comments", "{ // one\n \"a\": 1, /* two */ \"b\": 2 # three\n}", []string{"a=1", "b=2"}},
		{"left out", `{"a": 1, ..., "b": 2}`, []string{"a=1", "b=2"}},
		{"quoted lines", "{\n> \"a\": 1,\n> \"b\": {\n> \"c\": 2 } }", []string{"a=1", "b.c=2"}},
		{"log prefixes", "{\n2025-01-02T10:11:12Z app[1]: \"a\": 1,\n2025-01-02T10:11:12Z app[1]: \"b\": 2 }", []string{"a=1", "b=2"}},
		{"compose prefixes", "{\napi_1  |   \"a\": 1,\napi_1  | }", []string{"a=1"}},
		{"string over two lines", "{\"a\": \"one\ntwo\", \"b\": 2}", []string{"a=one\ntwo", "b=2"}},
		{"wrong bracket", `{"a": [1, 2}, "b": 3}`, []string{"a=1", "a=2"}},
		{"prose inside", `{"a": 1} and {b} c`, []string{"a=1"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := scanner{text: test.in}
			if diff := cmp.Diff(test.want, leaves(s.object(false))); diff != "" {
				t.Errorf("%s\n(-want +got)\n%s", test.in, diff)
			}
		})
	}
}

func TestElements(t *testing.T) {
	tests := []struct {
		name, in string
		want     []string
	}{
		{"FHIR", `<issue><severity value="error"/><details><coding><code value='X'/></coding></details></issue>`,
			[]string{"issue.severity.value=error", "issue.details.coding.code.value=X"}},
		{"text", `<s:Fault><faultcode>a</faultcode><faultstring> b c </faultstring></s:Fault>`,
			[]string{"Fault.faultcode=a", "Fault.faultstring=b c"}},
		{"truncated", `<issue><severity value="error"/><code val`, []string{"issue.severity.value=error"}},
		{"CDATA and comments", `<Error><!-- <x> --><Message><![CDATA[a <b> c]]></Message></Error>`, []string{"Error.Message=a <b> c"}},
		{"declaration", `<?xml version="1.0"?><Error a="b">t</Error>`, []string{"Error.a=b", "Error=t"}},
		{"escaped in a string", `<issue><code value=\"X\"/></issue>`, []string{"issue.code.value=X"}},
		{"unclosed child", `<issue><a>1<b>2</b></issue>`, []string{"issue.a=1", "issue.a.b=2"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := scanner{text: test.in}
			if diff := cmp.Diff(test.want, leaves(s.element())); diff != "" {
				t.Errorf("%s\n(-want +got)\n%s", test.in, diff)
			}
		})
	}
}

// TestDeepNesting reads what kills readers that recurse.
func TestDeepNesting(t *testing.T) {
	for _, part := range []string{"[", "{", `{"a":`, `{"a":[`, "<issue>", `{\"a\":`, `"`, `'`, "{'", "`", "&lt;"} {
		text := Clean(strings.Repeat(part, 1_000_000/len(part)))
		Read(loadBase(t), &text, false)
	}
}
