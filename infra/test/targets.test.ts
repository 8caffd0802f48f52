import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
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

/** The error message of a failed build. */
async function refusal(...targets: readonly string[]): Promise<string> {
  try {
    await run(process.execPath, [script, '--out', join(scratch, 'out'), ...targets])
  } catch (error) {
    return String((error as { stderr: string }).stderr)
  }
  throw new Error('it made executables')
}

test('a target must be known, and must have a runtime', async () => {
  expect(await refusal('plan9-x64=/bin/true')).toContain('plan9-x64 is not one of linux-x64, linux-arm64,')
  expect(await refusal('linux-arm64')).toContain('say which Node the executable for linux-arm64 is made of')
})

test('a Node that does not run here needs one of the same version that does', async () => {
  const other = join(scratch, 'node')
  writeFileSync(other, 'not for this machine … /release/v98.7.6/node-v98.7.6-headers.tar.gz', { mode: 0o755 })
  expect(await refusal(`win-x64=${other}`)).toContain('does not run on this machine and is v98.7.6')
  writeFileSync(other, 'not Node')
  expect(await refusal(`win-x64=${other}`)).toContain('does not run on this machine, and contains no version of Node')
})

test('a Node without its licenses is an error with the searched paths and the remedy', async () => {
  const bare = join(scratch, 'bin', 'node')
  mkdirSync(dirname(bare))
  // A small script replaces Node, because the build fails before it uses more than the version.
  writeFileSync(bare, '#!/bin/sh\necho v24.1.0\n', { mode: 0o755 })
  writeFileSync(join(scratch, 'LICENSE'), 'Of something else.')
  const said = await refusal(`linux-x64=${bare}`)
  expect(said).toContain(`${bare} comes without the text of its licenses`)
  for (const place of ['bin/LICENSE', 'LICENSE', 'share/doc/nodejs/copyright'])
    expect(said).toContain(join(scratch, place))
  expect(said).toContain('nodejs/node/v24.1.0/LICENSE and name it: --node-license FILE')
  const missing = join(scratch, 'missing')
  expect(await refusal('--node-license', missing, `linux-x64=${bare}`)).toContain(missing)
  expect(existsSync(join(scratch, 'out'))).toBe(false)
})

test('licenses are found where a release has them, and in the file that is named', async () => {
  const { runtimeLicense } = (await import(
    fileURLToPath(new URL('../executables/runtime-license.mjs', import.meta.url))
  )) as { runtimeLicense: (one: { runtime: string; version: string }, given?: string) => string }
  const text = 'Node.js is licensed for use as follows:\n\nAs you like.'
  const named = join(scratch, 'named')
  writeFileSync(named, text)
  for (const [place, at] of Object.entries({
    windows: 'LICENSE',
    unix: '../LICENSE',
    debian: '../share/doc/nodejs/copyright',
  })) {
    const runtime = join(scratch, place, 'bin', 'node')
    const file = join(dirname(runtime), at)
    for (const path of [runtime, file]) mkdirSync(dirname(path), { recursive: true })
    writeFileSync(runtime, '')
    const node = { runtime, version: 'v24.1.0' }
    expect(() => runtimeLicense(node)).toThrow('comes without')
    expect(runtimeLicense(node, named)).toBe(text)
    writeFileSync(file, `${text}\n`)
    expect(runtimeLicense(node)).toBe(text)
  }
})
