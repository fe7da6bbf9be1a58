# Sourced by the shell of every file in tests/cli: small words that keep the cases short.

printf 'correct horse battery staple\n' >pass

# new_city [OPTION...]: a fresh city in ./city, silently; new_city --public-url http://127.0.0.1:1 ...
new_city() { yuxin init city --preset quickstart --org "Test City" --passphrase-file pass --yes "$@" >/dev/null 2>&1; }

# Y ARGS...: the program on the online home of the city.
Y() { yuxin --home city/online --passphrase-file pass "$@"; }

# make_request NAME SUBJECT [openssl req OPTION...]: NAME.key and NAME.csr, P-256 unless options say otherwise.
make_request() {
  local name=$1 subject=$2
  shift 2
  [ $# -gt 0 ] && [ "$1" = -newkey ] || set -- -newkey ec -pkeyopt ec_paramgen_curve:P-256 "$@"
  openssl req -new -nodes -keyout "$name.key" -out "$name.csr" -subj "$subject" "$@" 2>/dev/null
}

# issue NAME PROFILE [OPTION...]: a request and its certificate NAME.pem, silently.
issue() {
  local name=$1 profile=$2
  shift 2
  make_request "$name" "/C=CN/O=Test City/CN=$name" && Y cert issue --ca issuing --profile "$profile" --csr "$name.csr" --out "$name.pem" "$@" >/dev/null 2>&1
}

# serial_of FILE: the serial of a certificate as openssl prints it.
serial_of() { openssl x509 -in "$1" -noout -serial | cut -d= -f2; }

# free_port: a port of the loopback interface that nobody listens on.
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# json PATH: prints one member of the JSON on standard input, by names and numbers with dots between: json certificates.0.serial
json() {
  python3 -c '
import json, sys
value = json.load(sys.stdin)
for step in filter(None, sys.argv[1].split(".")):
    value = value[int(step)] if isinstance(value, list) else value[step]
try:
    print(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True), flush=True)
except BrokenPipeError:  # the reader has seen enough
    sys.stderr.close()' "${1:-}"
}

# serve_city: starts the server of ./city on free ports, waits until it is ready, sets public_port and ra_port.
serve_city() {
  public_port=$(free_port) ra_port=$(free_port)
  yuxin --home city/online --passphrase-file pass serve --public-port "$public_port" --ra-port "$ra_port" >serve.log 2>&1 &
  server=$!
  for _ in $(seq 100); do
    curl -fs "http://127.0.0.1:$public_port/readyz" >/dev/null && return 0
    kill -0 "$server" 2>/dev/null || break
    sleep 0.1
  done
  cat serve.log >&2
  return 1
}
