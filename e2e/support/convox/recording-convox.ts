import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Machine } from './machine.ts'

/** What a stand-in for convox was given. */
export interface Recorded {
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

/** A stand-in for convox that makes calls and records what it was given. */
export interface RecordingConvox {
  /** The environment for the next runs: the calls, such as `GET /apps`, and a file that must exist before it ends. */
  env(calls: readonly string[], until?: string): Readonly<Record<string, string>>
  /** All runs since the last call of `clear`. */
  runs(): readonly Recorded[]
  clear(): void
}

/** Installs it on a machine. It prints `METHOD PATH: STATUS` for each call, and exits with 1 if one of them failed. */
export function installRecordingConvox(machine: Machine): RecordingConvox {
  const record = join(machine.home, 'convox-runs')
  const script = machine.write('bin/convox.cjs', program)
  const path = machine.write('bin/convox', `#!/bin/sh\nexec node '${script}' "$@"\n`)
  chmodSync(path, 0o755)
  return {
    env: (calls, until = '') => ({ TEST_CALLS: calls.join('\n'), TEST_RECORD: record, TEST_UNTIL: until }),
    runs: () =>
      existsSync(record)
        ? readFileSync(record, 'utf8')
            .split('\n')
            .filter((line) => line !== '')
            .map((line) => JSON.parse(line))
        : [],
    clear: () => writeFileSync(record, ''),
  }
}

const program = `
const { appendFileSync, existsSync } = require('node:fs')
const { request } = require('node:http')
const { TEST_CALLS = '', TEST_RECORD, TEST_UNTIL, RACK_URL } = process.env
appendFileSync(TEST_RECORD, JSON.stringify({ argv: process.argv.slice(2), env: process.env }) + '\\n')
const url = new URL(RACK_URL)
const { hostname, port, pathname, username, password } = url
const auth = username + ':' + decodeURIComponent(password)
function send(method, path) {
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path: pathname + path + '?', method, auth }, async (response) => {
      let body = ''
      for await (const bytes of response) body += bytes
      resolve({ status: response.statusCode, body })
    })
    sent.on('error', reject).end()
  })
}
async function run() {
  for (const call of TEST_CALLS.split('\\n').filter(Boolean)) {
    const { status, body } = await send(...call.split(' '))
    if (status >= 400) process.exitCode = 1
    console.log(call + ': ' + status + ' ' + (status < 400 ? '' : body))
  }
  console.log('calls made')
  while (TEST_UNTIL && !existsSync(TEST_UNTIL)) await new Promise((resolve) => setTimeout(resolve, 20))
}
run()
`
