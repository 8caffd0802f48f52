import { chmodSync, writeFileSync } from 'node:fs'

/**
 * Writes a stand-in for convox: it prints its arguments, RACK_URL and directory as one line of JSON, then does what
 * FAKE_CONVOX says: `exit N`, `die SIGNAL`, `read` (repeats stdin), or `wait` (prints each signal, ends at SIGTERM with 9).
 */
export function writeFakeConvox(path: string): void {
  writeFileSync(
    path,
    `#!/usr/bin/env node
const [what, value] = (process.env.FAKE_CONVOX ?? 'exit 0').split(' ')
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
`,
  )
  chmodSync(path, 0o755)
}
