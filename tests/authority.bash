# For .bats files about TLS and proxies: certificates, and a proxy.

# pin CERTIFICATE: that of its key.
pin()
{
	echo "sha256//$(openssl x509 -in "$1" -noout -pubkey |
		openssl pkey -pubin -outform DER | openssl dgst -sha256 -binary | base64)"
}

# authority NAME: NAME.pem and NAME.key.
authority()
{
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 \
		-subj "/CN=$1" -keyout "$1.key" -out "$1.pem" \
		-addext keyUsage=critical,keyCertSign,cRLSign 2>openssl.log
}

# issue NAME AUTHORITY SERIAL: NAME.pem and NAME.key, for 127.0.0.1.
issue()
{
	openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-subj "/CN=$1" -keyout "$1.key" -out "$1.csr" 2>openssl.log
	openssl x509 -req -in "$1.csr" -CA "$2.pem" -CAkey "$2.key" -days 30 \
		-set_serial "$3" -out "$1.pem" \
		-extfile <(echo subjectAltName=IP:127.0.0.1) 2>openssl.log
}

# revoke AUTHORITY SERIAL OPTION...: AUTHORITY.crl, with that number in it, and
# whole at any time.
revoke()
{
	local name=$1 serial=$2

	shift 2
	[ $# -gt 0 ] || set -- -crldays 30
	printf 'R\t491231235959Z\t250101000000Z\t%s\tunknown\t/CN=x\n' "$serial" >"$name.txt"
	printf '[ca]\ndefault_ca=d\n[d]\ndatabase=%s.txt\ndefault_md=sha256\n' "$name" >"$name.cnf"
	openssl ca -gencrl -config "$name.cnf" -cert "$name.pem" -keyfile "$name.key" \
		-out "$name.crl.new" "$@" 2>openssl.log
	mv "$name.crl.new" "$name.crl"
}

# tunnel OPTION...: a proxy, at port $proxy; what it was asked is in asked.
tunnel()
{
	rm -f asked
	command tunnel "$@" >asked 3>&- &
	remember "$!"
	eventually [ -s asked ]
	# shellcheck disable=SC2034 # the tests use it
	proxy=$(head -n 1 asked)
}
