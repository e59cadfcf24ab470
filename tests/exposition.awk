# Usage: awk -f exposition.awk FILE...
# Print whatever in FILE departs from the text exposition format of Prometheus,
# version 0.0.4, or from its naming rules; fails where something does.

function bad(what)
{
	printf "%s:%d: %s: %s\n", FILENAME, FNR, what, $0
	failed = 1
}

# The family of a sample: in a histogram, without what its parts are called.
function family_of(name,    base)
{
	base = name
	sub(/_(bucket|sum|count)$/, "", base)
	return (base in type) && type[base] == "histogram" ? base : name
}

function is_number(text)
{
	return text ~ /^([+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?|[+-]Inf|NaN)$/
}

# Read labels up to the brace: le is that of a bucket. Leaves what follows.
function read_labels(text,    name)
{
	le = ""
	labels = ""
	while (match(text, /^[a-zA-Z_][a-zA-Z0-9_]*="([^"\\]|\\\\|\\"|\\n)*"/)) {
		name = substr(text, 1, index(text, "=") - 1)
		if (labels ~ "(^|,)" name "=")
			bad("label " name " twice")
		if (name == "le")
			le = substr(text, 5, RLENGTH - 5)
		else
			labels = labels name "=" substr(text, length(name) + 2, RLENGTH - length(name) - 1) ","
		text = substr(text, RLENGTH + 1)
		if (!sub(/^,/, "", text))
			break
	}
	if (!sub(/^} /, "", text))
		bad("labels")
	return text
}

FNR == 1 {
	finish()
	split("", type); split("", help); split("", seen); split("", closed)
	family = ""
}

/^# HELP / {
	if (!match($3, /^[a-zA-Z_:][a-zA-Z0-9_:]*$/) || $4 == "")
		bad("HELP")
	if ($3 in help)
		bad("a second HELP")
	if (family != "")
		closed[family] = 1
	family = $3
	help[$3] = 1
	next
}

/^# TYPE / {
	if ($3 != family || !($3 in help) || ($3 in type))
		bad("TYPE without its HELP")
	if (NF != 4 || $4 !~ /^(counter|gauge|histogram)$/)
		bad("unknown type")
	if (($4 == "counter") != ($3 ~ /_total$/))
		bad("counters, and they alone, end in _total")
	type[$3] = $4
	next
}

match($0, /^[a-zA-Z_:][a-zA-Z0-9_:]*/) {
	name = substr($0, 1, RLENGTH)
	rest = substr($0, RLENGTH + 1)
	if (!sub(/^\{/, "", rest))
		bad("no labels")
	value = read_labels(rest)
	if (!is_number(value))
		bad("no number")
	if (family_of(name) != family || !(family in type))
		bad("outside of its family")
	if (family in closed)
		bad("its family was over")
	if ((name, labels, le) in seen)
		bad("twice")
	seen[name, labels, le] = 1
	if (type[family] != "gauge" && value + 0 < 0)
		bad("negative")
	if (name == family "_bucket") {
		if (le == "" || (have_bucket && !(le == "+Inf" || le + 0 > last_le)))
			bad("buckets out of order")
		if (have_bucket && value + 0 < last_value)
			bad("buckets are not cumulative")
		last_le = le + 0
		last_value = value + 0
		have_bucket = 1
		top = le
	} else if (name == family "_count") {
		if (top != "+Inf" || value + 0 != last_value)
			bad("the last bucket is not that of all")
		have_bucket = 0
		top = ""
	}
	next
}

{ bad("neither comment nor sample") }

function finish()
{
	if (have_bucket) {
		print FILENAME ": a histogram without its count"
		failed = 1
	}
	have_bucket = 0
}

END {
	finish()
	if (NR == 0) {
		print "nothing there"
		failed = 1
	}
	exit failed
}
