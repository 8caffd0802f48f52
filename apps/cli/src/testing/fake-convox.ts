import { chmodSync, writeFileSync } from 'node:fs'

/**
 * The fake convox prints its arguments, RACK_URL, and directory as a line of JSON. Then FAKE_CONVOX decides:
 *
 * - `exit N` and `die SIGNAL`
 * - `read`: repeats stdin
 * - `ask N`: requests the apps from RACK_URL N times, prints status and body, and exits with 1 for an error
 * - `wait`: prints each signal, and exits with 9 at SIGTERM
 * - `terminal`: prints its terminals, each new size, and SIGCONT, and runs typed lines (`ask`, `exit N`)
 * - `terminal keeps`: also prints SIGINT and SIGQUIT, and continues
 * - `raw`: as `terminal`, in raw mode; prints the bytes of each key in hexadecimal, and exits at `q`
 *
 * If FAKE_CONVOX_OUTPUT is set, the fake convox prints to this file.
 */
export function writeFakeConvox(path: string): void {
  writeFileSync(
    `${path}.js`,
    `const [what, value] = (process.env.FAKE_CONVOX ?? 'exit 0').split(' ')
const say = (line) => process.stdout.write(JSON.stringify(line) + '\\n')
if (what === 'wait') {
  for (const signal of ['SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGTERM']) {
    process.on(signal, () => {
      say({ signal })
      if (signal === 'SIGTERM') process.exit(9)
    })
  }
  setInterval(() => {}, 1000)
}
say({ argv: process.argv.slice(2), rackUrl: process.env.RACK_URL ?? null, cwd: process.cwd() })
if (what === 'exit') process.exit(Number(value))
if (what === 'die') process.kill(process.pid, value)
if (what === 'read') process.stdin.pipe(process.stdout)
if (what === 'ask') ask(Number(value ?? 1))
if (what === 'terminal' || what === 'raw') {
  const { stdin, stdout, stderr, pid, ppid } = process
  const size = () => [stdout.columns, stdout.rows]
  if (what === 'raw') stdin.setRawMode(true)
  stdout.on('resize', () => say({ size: size() }))
  for (const signal of value === 'keeps' ? ['SIGCONT', 'SIGINT', 'SIGQUIT'] : ['SIGCONT'])
    process.on(signal, () => say({ signal }))
  stdin.on('data', (bytes) => {
    const typed = String(bytes).trim()
    if (what === 'raw') say({ key: bytes.toString('hex') })
    else if (typed === 'ask') ask(1)
    else if (typed.startsWith('exit ')) process.exit(Number(typed.slice(5)))
    if (what === 'raw' && typed === 'q') {
      stdin.setRawMode(false)
      process.exit(0)
    }
  })
  say({ terminals: [stdin, stdout, stderr].map(({ isTTY }) => isTTY === true), size: size(), pid, ppid })
}
function ask(times) {
  const { hostname, port, pathname, username, password } = new URL(process.env.RACK_URL)
  const path = pathname.replace(/\\/$/, '') + '/apps?'
  const request = require('node:http').get({ hostname, port, path, auth: username + ':' + password }, (answer) => {
    let body = ''
    answer.on('data', (bytes) => { body += bytes }).on('end', () => {
      say({ status: answer.statusCode, body })
      if (answer.statusCode >= 400) process.exitCode = 1
      if (times > 1) ask(times - 1)
    })
  })
  request.on('error', (error) => { say({ error: error.code }); process.exitCode = 1 })
}
`,
  )
  writeFileSync(path, shell)
  chmodSync(path, 0o755)
}

/** `exit` runs in the shell, because Node starts much slower. Words that JSON would escape still need Node. */
const shell = `#!/bin/sh
[ -z "$FAKE_CONVOX_OUTPUT" ] || exec > "$FAKE_CONVOX_OUTPUT"
case "\${FAKE_CONVOX:-exit 0}" in
exit*)
  case "$*$RACK_URL$PWD" in
  *[!A-Za-z0-9\\ ._:/@%=,+-]*) ;;
  *)
    words=
    for word in "$@"; do words="$words,\\"$word\\""; done
    url=null
    [ -z "\${RACK_URL+set}" ] || url="\\"$RACK_URL\\""
    printf '{"argv":[%s],"rackUrl":%s,"cwd":"%s"}\\n' "\${words#,}" "$url" "$(pwd -P)"
    behavior="\${FAKE_CONVOX:-exit 0}"
    exit "\${behavior#exit }"
    ;;
  esac
  ;;
esac
exec node "$0.js" "$@"
`
