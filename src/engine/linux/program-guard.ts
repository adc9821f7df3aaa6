/**
 * A shell around a program, for the day on which Mayfly is killed and cannot stop it: then its standard input ends, and the
 * guard ends its own process group, in which nobody else is. The program may have another notion of SIGTERM than to end
 * (mmdebstrap waits for its children, and cleans up), so that SIGKILL follows only after a while.
 */
export const programGuard = `
exec 3<&0 </dev/null
trap : TERM
"$@" 3<&- &
child=$!
( trap '' TERM; read -r _ <&3; kill -TERM 0; exec 3<&-; sleep 10; kill -KILL 0 ) >/dev/null 2>&1 &
watch=$!
exec 3<&-
while :; do
  wait "$child"
  status=$?
  kill -0 "$child" 2>/dev/null || break
done
kill -KILL "$watch" 2>/dev/null
exit "$status"
`;
