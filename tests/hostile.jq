# $count events of strings that somebody made to break syslog, the same on every
# run: jq -nc --argjson count 400 -f hostile.jq
def pieces: [
	"\"", "\\", "]", "[", "=", " ", "  ", "|", "\n", "\r\n", "\t", "\u0000",
	"\u001b[2J", "\u007f", "\"] [evil@1 a=\"b", "] evil", "\\\"", "\\]", "\\n",
	"<13>", "<13>1 - - - - - -", "-", ":", "[1]:", "a", "user", "é", "€", "😀",
	"\u0085", "\u2028", "\ufeff", "%s", "$!", "{\"a\":1}", "'", ",", ";", "#011", "@"
];

def next: (. * 1103515245 + 12345) % 2147483648;
def pick($n): . / 65536 | floor % $n;

# Of a seed: the next one, and a text of up to six pieces.
def text: reduce range(pick(7)) as $i ({seed: next, text: ""};
	.text += pieces[.seed | pick(pieces | length)] | .seed |= next);

def event: . as $n
	| reduce ("user", "message", "a.b", "c d", "e=f", "g\"h]", "é") as $key
		({seed: ($n * 7919 + 1 | next), event: {}};
			(.seed | text) as $t | .event[$key] = $t.text | .seed = ($t.seed | next))
	| {timestamp: "2025-10-08T22:\($n % 50 + 10):\($n % 40 + 10).\($n)Z"} + .event;

range($count) | event
