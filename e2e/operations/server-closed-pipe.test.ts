import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { gatewayEnvironment } from '../support/gateway/gateway-environment.ts'
import { type System, startSystem } from '../support/gateway/system.ts'
import { builtCommand, runCommand } from '../support/processes.ts'

const run = promisify(execFile)
let system: System
let env: NodeJS.ProcessEnv
beforeAll(async () => {
  system = await startSystem()
  env = { PATH: process.env.PATH ?? '/usr/bin:/bin', ...gatewayEnvironment(system, system.rack) }
  // More than the buffer of a pipe.
  await system.sql`insert into gateway.users (id, issuer, subject, email)
    values ('00000000-0000-7000-8000-000000000000', 'i', 's', 'many@example.com')`
  await system.sql`insert into gateway.sessions (id, user_id, device, expires_at)
    select gen_random_uuid(), '00000000-0000-7000-8000-000000000000', repeat('x', 100), now() + interval '1 day'
    from generate_series(1, 1000)`
})
afterAll(() => system.stop())

/** Runs a command whose reader closes the pipe before the command starts. @returns the exit code, and what is on stderr */
async function withClosedPipe(words: readonly string[], redirection = '') {
  // `read` waits for the FIFO, which the reader opens only after it has closed the pipe.
  const script = `cd "$(mktemp -d)"; mkfifo closed
    exec 3>&1
    { read -r _ < closed; "$@" ${redirection}; echo "$?" >&3; } | { exec <&-; : > closed; }
    rm -r "$PWD"`
  const [program, args] = builtCommand('rack-gateway-server', words)
  const { stdout, stderr } = await run('bash', ['--norc', '-c', script, 'bash', program, ...args], { env })
  return { code: stdout.trim(), stderr }
}

test.each([
  ['token list', ['token', 'list']],
  ['--help', ['--help']],
  ['token --help', ['token', '--help']],
])('a reader of %s that closes the pipe causes no error', async (_, words) => {
  expect(await withClosedPipe(words)).toEqual({ code: '0', stderr: '' })
})

test('if head ends early, token list ends with 0', async () => {
  const [program, args] = builtCommand('rack-gateway-server', ['token', 'list'])
  const script = '"$@" | head -5; echo "$PIPESTATUS"'
  const { stdout, stderr } = await run('bash', ['--norc', '-c', script, 'bash', program, ...args], { env })
  expect([stdout.split('\n').at(-2), stdout.split('\n').length, stderr]).toEqual(['0', 7, ''])
})

test.each([
  ['stdout', ''],
  ['stdout and stderr', '2>&1'],
])('with closed %s, token issue still completes its work', async (_, redirection) => {
  const name = redirection === '' ? 'one' : 'two'
  const words = ['token', 'issue', '--user', `${name}@example.com`, '--role', 'viewer']
  const { code, stderr } = await withClosedPipe(words, redirection)
  expect([code, stderr]).toEqual(['0', redirection === '' ? expect.stringMatching(/^one@example\.com .*:\n$/) : ''])
  expect((await runCommand('rack-gateway-server', ['token', 'list'], env)).stdout).toContain(`${name}@example.com`)
})

test.each([
  ['a usage error keeps its exit code', ['token', 'nosuch'], '2'],
  ['an archive without its directory keeps its exit code', ['audit', 'archive'], '2'],
])('with closed stdout and stderr, %s', async (_, words, code) => {
  expect(await withClosedPipe(words, '2>&1')).toEqual({ code, stderr: '' })
})
