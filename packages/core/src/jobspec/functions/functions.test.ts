// Every function against examples of its documentation.

import test from 'ava';
import { specialFunctionNames } from '../evaluate/call.ts';
import { evaluateText } from '../evaluate/evaluate-text.ts';
import { allFunctions } from './index.ts';

const CASES: Readonly<Record<string, readonly (readonly [string, unknown])[]>> = {
  abs: [['abs(-23.4)', 23.4]],
  ceil: [['ceil(5.1)', 6]],
  floor: [['floor(4.9)', 4]],
  log: [
    ['log(50, 10)', 1.6989700043360185],
    ['log(16, 2)', 4],
  ],
  max: [['max(12, 54, 3)', 54]],
  min: [['min(12, 54, 3)', 3]],
  parseint: [
    ['parseint("100", 10)', 100],
    ['parseint("FF", 16)', 255],
    ['parseint("-10", 16)', -16],
    ['parseint("aA", 62)', 656],
  ],
  pow: [
    ['pow(3, 2)', 9],
    ['pow(4, 0)', 1],
  ],
  signum: [
    ['signum(-13)', -1],
    ['signum(0)', 0],
  ],
  chomp: [
    ['chomp("hello\\n")', 'hello'],
    ['chomp("hello\\r\\n\\n")', 'hello'],
  ],
  lower: [['lower("HELLO Ä")', 'hello ä']],
  upper: [['upper("hello")', 'HELLO']],
  title: [['title("hello world")', 'Hello World']],
  trimspace: [['trimspace("  hello\\n\\n")', 'hello']],
  strlen: [
    ['strlen("hello")', 5],
    ['strlen("👾🕹️")', 2],
  ],
  strrev: [['strrev("hello")', 'olleh']],
  reverse: [['reverse("abc")', 'cba']],
  trim: [['trim("?!hello?!", "!?")', 'hello']],
  trimprefix: [['trimprefix("helloworld", "hello")', 'world']],
  trimsuffix: [['trimsuffix("helloworld", "world")', 'hello']],
  substr: [
    ['substr("hello world", 1, 4)', 'ello'],
    ['substr("hello", -2, -1)', 'lo'],
  ],
  indent: [['indent(2, "a\\nb")', 'a\n  b']],
  join: [
    ['join(", ", ["foo", "bar"])', 'foo, bar'],
    ['join("-", ["a"], ["b"])', 'a-b'],
  ],
  split: [
    ['split(",", "foo,bar,baz")', ['foo', 'bar', 'baz']],
    ['split(",", "")', ['']],
  ],
  replace: [['replace("1 + 2 + 3", "+", "-")', '1 - 2 - 3']],
  regex_replace: [
    ['regex_replace("a1b22", "[0-9]+", "#")', 'a#b#'],
    ['regex_replace("ab", "(a)(b)", "$2$1")', 'ba'],
  ],
  format: [
    ['format("Hello, %s!", "Ander")', 'Hello, Ander!'],
    ['format("There are %d lights", 4)', 'There are 4 lights'],
    ['format("%05d|%-4s|%.2f|%x|%q|%v|%%", 42, "a", 3.14159, 255, "q", [1])', '00042|a   |3.14|ff|"q"|[1]|%'],
  ],
  formatlist: [
    ['formatlist("%s-%d", ["a", "b"], [1, 2])', ['a-1', 'b-2']],
    ['formatlist("%s!", ["a"])', ['a!']],
  ],
  chunklist: [['chunklist(["a", "b", "c"], 2)', [['a', 'b'], ['c']]]],
  coalesce: [['coalesce(null, "b")', 'b']],
  coalescelist: [['coalescelist([], ["c"])', ['c']]],
  compact: [['compact(["a", "", "b"])', ['a', 'b']]],
  concat: [['concat(["a", ""], ["b"])', ['a', '', 'b']]],
  contains: [
    ['contains(["a", "b"], "a")', true],
    ['contains(["a"], "d")', false],
  ],
  distinct: [['distinct(["a", "b", "a"])', ['a', 'b']]],
  element: [['element(["a", "b", "c"], 3)', 'a']],
  flatten: [['flatten([["a", ["b"]], [], ["c"]])', ['a', 'b', 'c']]],
  index: [
    ['index(["a", "b"], 1)', 'b'],
    ['index(convert({ a = 1 }, map(number)), "a")', 1],
  ],
  length: [
    ['length(["a", "b"])', 2],
    ['length({ a = 1 })', 1],
  ],
  range: [
    ['range(3)', [0, 1, 2]],
    ['range(1, 4)', [1, 2, 3]],
    ['range(4, 1)', [4, 3, 2]],
    ['range(1, 8, 2)', [1, 3, 5, 7]],
  ],
  slice: [['slice(["a", "b", "c", "d"], 1, 3)', ['b', 'c']]],
  sort: [['sort(["e", "d", "a"])', ['a', 'd', 'e']]],
  keys: [['keys({ c = 1, a = 2 })', ['a', 'c']]],
  values: [['values({ c = 1, a = 2 })', [2, 1]]],
  lookup: [
    ['lookup({ a = "ay" }, "a", "x")', 'ay'],
    ['lookup({ a = "ay" }, "c", "x")', 'x'],
  ],
  merge: [['merge({ a = 1, b = 1 }, { b = 2 })', { a: 1, b: 2 }]],
  zipmap: [['zipmap(["a", "b"], [1, 2])', { a: 1, b: 2 }]],
  setunion: [['setunion(["a", "b"], ["b", "c"])', ['a', 'b', 'c']]],
  setintersection: [['setintersection(["a", "b"], ["b", "c"], ["b"])', ['b']]],
  setproduct: [
    [
      'setproduct(["a"], [1, 2])',
      [
        ['a', 1],
        ['a', 2],
      ],
    ],
  ],
  base64encode: [['base64encode("Hello Wörld")', 'SGVsbG8gV8O2cmxk']],
  base64decode: [['base64decode("SGVsbG8gV8O2cmxk")', 'Hello Wörld']],
  jsonencode: [['jsonencode({ hello = ["<w>", 1, null] })', '{"hello":["\\u003cw\\u003e",1,null]}']],
  jsondecode: [['jsondecode("{\\"a\\": [1, true]}")', { a: [1, true] }]],
  csvdecode: [['csvdecode("a,b\\n1,\\"x,\\"\\"y\\"\\n")', [{ a: '1', b: 'x,"y' }]]],
  yamlencode: [['yamlencode({ a = [1, "x"] })', '"a":\n- 1\n- "x"\n']],
  yamldecode: [['yamldecode("5")', 5]],
  urlencode: [['urlencode("Hello World!&ä")', 'Hello+World%21%26%C3%A4']],
  cidrhost: [
    ['cidrhost("10.12.127.0/20", 268)', '10.12.113.12'],
    ['cidrhost("fd00:fd12:3456:7890:00a2::/72", 34)', 'fd00:fd12:3456:7890::22'],
  ],
  cidrnetmask: [['cidrnetmask("172.16.0.0/12")', '255.240.0.0']],
  cidrsubnet: [
    ['cidrsubnet("172.16.0.0/12", 4, 2)', '172.18.0.0/16'],
    ['cidrsubnet("fd00:fd12:3456:7890::/56", 16, 162)', 'fd00:fd12:3456:7800:a200::/72'],
  ],
  cidrsubnets: [
    ['cidrsubnets("10.1.0.0/16", 4, 4, 8, 4)', ['10.1.0.0/20', '10.1.16.0/20', '10.1.32.0/24', '10.1.48.0/20']],
  ],
  formatdate: [
    ['formatdate("DD MMM YYYY hh:mm ZZZ", "2018-01-02T23:12:01Z")', '02 Jan 2018 23:12 UTC'],
    ['formatdate("EEEE, DD-MMM-YY hh:mm:ss ZZZ", "2018-01-02T23:12:01-08:00")', 'Tuesday, 02-Jan-18 23:12:01 -0800'],
    ['formatdate("h \'o\'\'clock\' AA", "2018-01-02T23:12:01Z")', "23 o'clock PM"],
  ],
  timeadd: [['timeadd("2017-11-22T00:00:00Z", "10m")', '2017-11-22T00:10:00Z']],
  sha256: [['sha256("hello world")', 'sha256:hello world']],
  sha512: [['sha512("x")', 'sha512:x']],
  sha1: [['sha1("x")', 'sha1:x']],
  md5: [['md5("x")', 'md5:x']],
  bcrypt: [
    ['bcrypt("x", 5)', 'bcrypt:5:x'],
    ['bcrypt("x")', 'bcrypt:10:x'],
  ],
  rsadecrypt: [['rsadecrypt("c", "k")', 'c/k']],
  uuidv4: [['uuidv4()', 'u-4']],
  uuidv5: [['uuidv5("dns", "a")', 'dns:a']],
  file: [['file("a.txt")', 'text of a.txt']],
  filebase64: [['filebase64("a")', 'YQ==']],
  fileexists: [['fileexists("a.txt")', true]],
  fileset: [['fileset(".", "*")', ['a.txt']]],
  abspath: [['abspath("a")', '/home/a']],
  pathexpand: [['pathexpand("~/a")', '/home/a']],
  basename: [['basename("a/b/c.txt")', 'c.txt']],
  dirname: [['dirname("a/b/c.txt")', 'a/b']],
};

test('every function has examples here', (t) => {
  t.deepEqual(Object.keys(CASES).toSorted(), Object.keys(allFunctions).toSorted());
  t.deepEqual(specialFunctionNames.toSorted(), ['can', 'convert', 'try']);
});

for (const [name, cases] of Object.entries(CASES)) {
  test(`${name} answers as documented`, (t) => {
    for (const [text, expected] of cases) t.deepEqual(evaluateText(text), expected, text);
  });
}

const REFUSED: readonly (readonly [string, RegExp])[] = [
  ['upper()', /upper\(text\) was called with 0 arguments/],
  ['upper(["a"])', /upper for "text": a list is no text/],
  ['upper(null)', /must not be null/],
  ['element([], 0)', /the list is empty/],
  ['format("%d", "x")', /does not fit %d/],
  ['format("%s")', /has no value/],
  ['format("a", 1)', /1 values for 0 verbs/],
  ['jsondecode("{")', /this is no JSON/],
  ['cidrhost("10.0.0.0", 1)', /no network/],
  ['regex_replace("aaaa", "(a+", "")', /missing closing \)/],
  ['regex_replace("aaaa", "(?=a)", "")', /invalid or unsupported Perl syntax/],
  ['index(["a"], "a")', /no element the string "a"/],
  ['formatdate("Q", "2018-01-02T23:12:01Z")', /no part of a date/],
  ['lookup({}, "a")', /lookup\(object, key, default\) was called with 2 arguments/],
];

for (const [text, expected] of REFUSED) {
  test(`the call ${text} is refused with a reason`, (t) => {
    t.regex(t.throws(() => evaluateText(text))?.message ?? '', expected);
  });
}

test('file functions do not exist where no files are handed in', (t) => {
  t.regex(t.throws(() => evaluateText('file("/etc/passwd")', {}))?.message ?? '', /cannot be used: it reads files/);
});
