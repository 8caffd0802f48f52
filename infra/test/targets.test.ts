import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'

const run = promisify(execFile)
const script = fileURLToPath(new URL('../build-executables.mjs', import.meta.url))

let scratch: string
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'rack-gateway-targets-'))
})
afterEach(() => rmSync(scratch, { recursive: true, force: true }))

/** What it says when it makes nothing. */
async function refusal(...targets: readonly string[]): Promise<string> {
  try {
    await run(process.execPath, [script, '--out', join(scratch, 'out'), ...targets])
  } catch (error) {
    return String((error as { stderr: string }).stderr)
  }
  throw new Error('it made executables')
}

test('an executable is for a system that is known, and of a Node that is named', async () => {
  expect(await refusal('plan9-x64=/bin/true')).toContain('plan9-x64 is not one of linux-x64, linux-arm64,')
  expect(await refusal('linux-arm64')).toContain('say which Node the executable for linux-arm64 is made of')
})

test('a Node that does not run here needs one of the same version that does', async () => {
  const other = join(scratch, 'node')
  writeFileSync(other, 'not for this machine … /release/v98.7.6/node-v98.7.6-headers.tar.gz', { mode: 0o755 })
  expect(await refusal(`win-x64=${other}`)).toContain("doesn't run here and is v98.7.6")
  writeFileSync(other, 'nothing of Node')
  expect(await refusal(`win-x64=${other}`)).toContain("doesn't run here and is no known Node")
})
