import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { commandLine, createMachine, type Machine } from '../testing/harness.ts'

const run = promisify(execFile)

let machine: Machine
beforeAll(() => {
  machine = createMachine()
})
afterAll(() => machine.remove())

test('a reader that closes the pipe ends the command with 141 and without a message', async () => {
  // The command starts only after the reader has closed its end of the pipe, because `read` waits for the FIFO.
  const script = 'mkfifo closed; { read -r _ < closed; "$@"; echo "$?" >&2; } | { exec <&-; : > closed; }'
  const { stdout, stderr } = await run('bash', ['-c', script, 'bash', ...commandLine(['help'])], {
    cwd: machine.cwd,
    env: machine.env,
  })
  expect({ stdout, stderr }).toEqual({ stdout: '', stderr: '141\n' })
})
