/**
 * The scripts of the probe pods: POSIX sh with redis-cli, and otherwise only what both the Alpine and the Debian image
 * contain. The log gets one line for each answer, `name exit-code base64-of-the-output`, which no server reply can
 * forge.
 *
 * Variables: REDIS_HOST, REDIS_PORT, REDIS_PASSWORD, REDIS_USER, REDIS_DATABASE; PROBE_LIMIT (seconds for one answer),
 * PROBE_AUTHORITIES (files with trusted CAs; empty without TLS), PROBE_SNI (the server name), PROBE_HELLO (base64 of
 * the first bytes of a handshake), PROBE_KEY (a key that nobody else has), PROBE_ROUNDS (how many connections are
 * compared with each other).
 */
const questions = `
cd /run/probe
: >table
port=$(printf %04X "$REDIS_PORT")
tls=$PROBE_AUTHORITIES

report() {
  echo "$1 $2 $(head -c 32768 "$1" | base64 | tr -d '\\n')"
}

# The connections to the port, as the kernel has them: they tell what is waited for. With the line above them, which
# shows that there is such a table at all.
connections() {
  cat /proc/net/tcp /proc/net/tcp6 | grep -e local_address -e ":$port "
}

# Gives redis-cli a command, words without blanks in them, on a connection of its own.
client() {
  command=$1
  set --
  test -z "$tls" || set -- --tls --cacert authorities.pem
  test -z "$tls" || test -z "$PROBE_SNI" || set -- "$@" --sni "$PROBE_SNI"
  test -z "$REDISCLI_AUTH" || test -z "$REDIS_USER" || set -- "$@" --user "$REDIS_USER"
  timeout "$PROBE_LIMIT" redis-cli -h "$REDIS_HOST" -p "$REDIS_PORT" "$@" $command 2>&1 </dev/null
}

# Asks a command; while that takes its time, the connections are noted each second.
ask() {
  name=$1
  while sleep 1; do connections; done >>table 2>/dev/null &
  watch=$!
  client "$2" >"$name"
  code=$?
  kill "$watch" 2>/dev/null
  report "$name" "$code"
}
`

/** Connects like a backend, first without the password: it is not sent to a server that cannot be reached properly. */
export const backendScript = `${questions}
# Sends the first bytes of a handshake, and keeps the answer: it has the certificate in the clear.
hello() {
  echo "$PROBE_HELLO" | base64 -d >hello.bytes
  if command -v nc >/dev/null; then
    timeout "$PROBE_LIMIT" nc "$REDIS_HOST" "$REDIS_PORT" <hello.bytes
  elif command -v bash >/dev/null; then
    timeout "$PROBE_LIMIT" bash -c 'exec 3<>"/dev/tcp/$REDIS_HOST/$REDIS_PORT" && cat hello.bytes >&3 && cat <&3'
  else
    return 127
  fi
}

if test -n "$tls"; then
  # A Debian image has none of the files of the system, and an Alpine image two.
  cat $PROBE_AUTHORITIES >authorities.pem 2>/dev/null
  hello >hello 2>/dev/null &
  greeting=$!
fi

# A Service or a policy that was just made may need a moment until every node knows it.
for attempt in 1 2 3 4; do
  ask anonymous PING
  case $(cat anonymous) in
    *refused* | *resol* | *address* | *not\\ known* | *Try\\ again*) sleep 1 ;;
    *) break ;;
  esac
done

if test "$code" = 0; then
  export REDISCLI_AUTH="$REDIS_PASSWORD"
  ask ping PING
  ask info INFO
  if test "$(cat ping)" = PONG; then
    # Of its own, and it expires: nothing stays, whatever becomes of this pod.
    # With -c it follows the nodes of a cluster, like a client.
    there="-c\${REDIS_DATABASE:+ -n $REDIS_DATABASE}"
    ask set "$there SET $PROBE_KEY written EX 60"
    ask get "$there GET $PROBE_KEY"
    ask del "$there DEL $PROBE_KEY"
    # A Service spreads its connections over all pods that it leads to.
    round=0
    while test "$round" -lt "$PROBE_ROUNDS"; do
      client 'INFO server' | tr -d '\\r' | grep -m 1 -e '^run_id:' -e '^[A-Z]* ' || echo none
      round=$((round + 1))
    done >rounds
    report rounds 0
  fi
elif test -n "$tls" && { grep -q -e SSL -e ^Error anonymous || grep -q ":$port 01 " table; }; then
  # Somebody is there who does no handshake (01 is an established connection): perhaps a Redis without TLS.
  tls=
  ask plain PING
fi
if test -n "$PROBE_AUTHORITIES"; then
  wait "$greeting"
  report hello $?
fi
report table 0
echo end 0
`

/** Connects like a non-backend pod. */
export const nonBackendScript = `${questions}
# A policy may not know yet that this address has changed hands: who is let in counts only if that stays so.
for attempt in 1 2 3 4; do
  ask anonymous PING
  test "$code" = 0 || break
  sleep 1
done
report table 0
echo end 0
`
