/**
 * Compiled templates do what LiquidJS does, and what is not known ends the build. Every page of the
 * app is held to LiquidJS and to python-liquid in tests/server/pages/test_liquid.py.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { createRenderer } from "../../pwa/src/render/engine.js";
import { digestOf } from "../../pwa/template_files.mjs";
import { templatesCode } from "../../pwa/templates.mjs";
import { interpreted } from "./liquidjs.js";
import { compiled } from "./templates.js";

const WORDS = { lang: "en", locale: { en: { a: "{n} of it" } }, problems: {}, kinds: {} };
const PARTIALS = {
  "part/_given": "({{ given }}/{{ x.a }})",
  "part/_assigns": "{% assign x = 'its own' %}{{ x }}",
  "part/_sees": "{% if outer %}seen{% endif %}",
};
const GIVEN = {
  x: { a: 1, b: null, list: ["p", "q"], none: [], "a b": "spaced", size_of: { k: 1, l: 2 } },
  text: `<&"'>`,
  hollow: "",
  no: false,
  zero: 0,
  nothing: null,
  list: ["a", "b", "a"],
  rows: [{ n: 1, sub: ["i", "j"] }, { n: 2, sub: [] }],
  loop: "outside",
};

const SAYING = [
  "",
  "plain  text\n{{ x.a }}\n",
  "{{ text }}|{{ nothing }}|{{ no }}|{{ zero }}|{{ list }}|{{ x.b }}",
  "{{ 'its' }}{{ \"<\" }}{{ 1.50 }}{{ true }}{{ nil }}{{ null }}",
  "{{ x['a b'] }}{{ list[0] }}{{ list.first }}{{ list.last }}{{ list.size }}{{ text.size }}",
  "{{ x.size_of.size }}{{ x.list.length }}{{ x.b.c.d }}{{ nothing.at.all }}",
  "a {{- x.a -}} b {%- if no %} x {%- else -%} y {% endif %} c",
  "{% comment %} {{ missing }} {% endcomment %}after",
  "{% if zero %}0{% endif %}{% if hollow %}''{% endif %}{% if nothing %}null{% endif %}",
  "{% if no %}1{% elsif x.a == 1 %}2{% else %}3{% endif %}{% unless no %}4{% endunless %}",
  "{% unless x.a == 1 %}1{% elsif zero %}2{% else %}3{% endunless %}",
  "{% if x.a == 1 and no %}1{% endif %}{% if x.a != 1 or zero %}2{% endif %}",
  "{% if no or no and zero %}1{% else %}2{% endif %}{% if not no %}3{% endif %}",
  "{% if x.a > 0 %}1{% endif %}{% if x.a >= 1 %}2{% endif %}{% if x.a < 2 %}3{% endif %}",
  "{% if nothing > 0 %}1{% endif %}{% if nothing == null %}2{% endif %}",
  "{% if nothing == zero %}1{% endif %}{% if x.a <= 0 %}2{% endif %}",
  "{% if list == list %}1{% endif %}{% if x.none == x.none %}2{% endif %}",
  "{% if list == x.list %}1{% endif %}{% if '1' == 1 %}2{% endif %}",
  "{% if list contains 'a' %}1{% endif %}{% if text contains '<' %}2{% endif %}",
  "{% if nothing contains 'a' %}1{% endif %}{% if zero contains 0 %}2{% endif %}",
  "{% case x.a %}{% when 1, 2 %}a{% when 3 or 4 %}b{% else %}c{% endcase %}",
  "{% case nothing %}{% when 'a' %}a{% when null %}b{% endcase %}",
  "{% case no %}{% else %}c{% endcase %}{% case x.a %}{% when 2 %}{% endcase %}",
  "{% for one in list %}{{ forloop.index }}{{ one }}{{ forloop.last }}{% endfor %}",
  "{% for one in list %}{{ forloop.index0 }}{{ forloop.first }}{{ forloop.length }}{% endfor %}",
  "{% for one in x.none %}x{% else %}none{% endfor %}{% for one in nothing %}x{% endfor %}",
  "{% for one in text %}[{{ one }}]{% endfor %}{% for one in hollow %}x{% endfor %}",
  "{% for pair in x.size_of %}{{ pair[0] }}={{ pair[1] }};{% endfor %}",
  "{% for n in (1..3) %}{{ n }}{% endfor %}{% for n in (3..1) %}{{ n }}{% endfor %}",
  "{% for row in rows %}{% for a in row.sub %}{{ a }}{{ row.n }}{% endfor %}{% endfor %}",
  "{% for row in rows %}{% for row in row.sub %}{{ row }}{% endfor %}{{ row.n }}{% endfor %}",
  "{% for one in list %}{% assign seen = one %}{% endfor %}{{ seen }}",
  "{% for loop in list %}{% assign loop = 'x' %}{{ loop }}{% endfor %}{{ loop }}",
  "{% for void in list %}{{ void }}{% endfor %}",
  "{% assign a = x.a %}{% assign a = text %}{{ a }}{% assign x = list %}{{ x }}",
  "{% render 'part/_given', given: text %}{% render 'part/_given', given: nothing %}",
  "{% assign outer = true %}{% render 'part/_assigns', x: 1 %}{{ x.a }}",
  "{% for one in list %}{% render 'part/_given', given: one %}{% endfor %}",
  "{{ 'a' | t: n: x.a }}{{ text | append: text }}{{ x | at: 'a' }}{{ list | json }}",
];
const REFUSED = [
  "{{ missing }}",
  "{{ x.missing.more }}",
  "{{ list[7] }}",
  "{{ x.none.first }}",
  "{{ x.constructor }}",
  "{{ constructor }}",
  "{{ text.missing }}",
  "{% if no and missing %}{% endif %}",
  "{% if zero or missing %}{% endif %}",
  "{% for one in missing %}{% endfor %}",
  "{% for one in list %}{% endfor %}{{ one }}",
  "{% assign outer = true %}{% render 'part/_sees' %}",
  "{% render 'part/_given' %}",
  "{% render 'part/_given', given: missing %}",
  "{{ 'no.such' | t }}",
];

/** @param {string} source @returns {any} what becomes of it */
function outcomes(source) {
  const sources = { ...PARTIALS, "it/_is": source };
  const given = () => structuredClone(GIVEN);
  const made = createRenderer({ ...WORDS, templates: compiled(sources) });
  const judge = interpreted({ ...WORDS, templates: sources });
  return [made, judge].map((engine) => {
    try {
      return { html: engine.render("it/_is", given()) };
    } catch (error) {
      return { what: /undefined variable: [\w.]+|no message: [\w.]+/.exec(error.message)?.[0] };
    }
  });
}

test("what a template says is what LiquidJS makes of it", () => {
  for (const source of SAYING) {
    const [made, judged] = outcomes(source);
    assert.equal(typeof judged.html, "string", source);
    assert.deepEqual(made, judged, source);
  }
});

test("what is not there is refused, by its name, as LiquidJS refuses it", () => {
  for (const source of REFUSED) {
    const [made, judged] = outcomes(source);
    assert.match(judged.what ?? "", /./, source);
    assert.deepEqual(made, judged, source);
  }
});

test("an error names the templates that lead to it", () => {
  const sources = { "a/page": "{% render 'a/_part' %}", "a/_part": "{{ missing }}" };
  const { render } = createRenderer({ ...WORDS, templates: compiled(sources) });
  const message = "a/page: a/_part: undefined variable: missing";
  assert.throws(() => render("a/page", {}), { message });
});

const UNKNOWN = {
  "{% capture x %}{% endcapture %}": 'no tag "capture"',
  "{% cycle 'a', 'b' %}": 'no tag "cycle"',
  "{% for x in y limit: 2 %}{% endfor %}": "for: no limit, offset or reversed",
  "{% for x in (1..n) %}{% endfor %}": "a range is from one whole number to another",
  "{% for x in y %}{{ forloop.rindex }}{% endfor %}": "no value of a loop: forloop.rindex",
  "{{ forloop.first }}": "no value of a loop: forloop.first",
  "{% case x %}{% when y %}{% endcase %}": "when: only texts, numbers and true, false",
  "{% case x %}{% when 1 %}{% when 2, 1 %}{% endcase %}": "when: 1 stands here twice",
  "{% if x == empty %}{% endif %}": "no value is written like this: empty",
  "{{ x[y] }}": "only names, texts and whole numbers stand in brackets",
  "{{ 'text'.size }}": "no property of a literal is read",
  "{% render name %}": "a partial is rendered by its name, and given values by theirs",
  "{% render 'a/_part' for x as y %}": "a partial is rendered by its name",
  "{% render 'a/_nowhere' %}": 'no template "a/_nowhere"',
  "{% assign a-b = 1 %}": "no name: a-b",
};

test("what is not known ends the build, with file and line", () => {
  for (const [source, what] of Object.entries(UNKNOWN)) {
    const message = new RegExp(`^Error: server/templates/a/it\\.liquid:3: ${escaped(what)}`);
    assert.throws(() => templatesCode({ "a/it": `\n\n${source}`, "a/_part": "" }), message, source);
  }
});

test("what LiquidJS does not know ends it too", () => {
  for (const [source, what] of [
    ["{% nonsense %}", /tag "nonsense" not found/],
    ["{{ x | upcase }}", /undefined filter: upcase/],
    ["{% if x %}", /tag {% if x %} not closed/],
  ]) {
    const where = new RegExp(`${what.source}, file:.*server/templates/a/it\\.liquid, line:2`);
    assert.throws(() => templatesCode({ "a/it": `\n${source}` }), where, source);
  }
});

test("the digest covers each template's name and text, in any order", () => {
  const told = createHash("sha256").update("a\0x\0b/c\0y\0").digest("hex");
  assert.equal(digestOf({ "b/c": "y", a: "x" }), told);
  assert.notEqual(digestOf({ "b/c": "y", a: "z" }), told);
});

/** @param {string} text */
function escaped(text) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
