import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'

/** By its address: the scripts of the build have no types. */
const script: string = new URL('../build/licences.mjs', import.meta.url).href

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'rack-gateway-licences-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

interface Runtime {
  readonly version: string
  readonly licence: string
}

/** What is passed on of a bundle with one package. */
async function passedOn(
  name: string,
  license: string,
  files: Readonly<Record<string, string>>,
  runtimes: readonly Runtime[] = [],
): Promise<string> {
  const place = join(directory, 'node_modules', name)
  mkdirSync(place, { recursive: true })
  writeFileSync(join(place, 'package.json'), JSON.stringify({ name, version: '1.2.3', license }))
  for (const [file, text] of Object.entries(files)) writeFileSync(join(place, file), text)
  const metafile = { inputs: { [`node_modules/${name}/index.js`]: {} } }
  const { licencesOf } = await import(script)
  return licencesOf([metafile], { runtimes, directory })
}

test('all texts of a package are passed on, with its name', async () => {
  const files = { LICENSE: 'Do what you like.', 'NOTICE.txt': 'Made by Ada.' }
  expect(await passedOn('@ada/some', 'MIT', files)).toBe('@ada/some 1.2.3 (MIT)\n\nDo what you like.\n\nMade by Ada.\n')
})

test('those of each Node that executables are made of follow, once for each version', async () => {
  const runtimes = [
    { version: 'v24.1.0', licence: 'Node.js is licensed …' },
    { version: 'v24.1.0', licence: 'Node.js is licensed …' },
    { version: 'v24.2.0', licence: 'Node.js is licensed …' },
  ]
  const line = '-'.repeat(80)
  expect(await passedOn('some', 'MIT', { LICENSE: 'Free.' }, runtimes)).toBe(
    `some 1.2.3 (MIT)\n\nFree.\n\n${line}\n\nNode v24.1.0\n\nNode.js is licensed …\n\n${line}\n\nNode v24.2.0\n\nNode.js is licensed …\n`,
  )
})

test('a package without one ends the build, unless somebody has looked at it', async () => {
  await expect(passedOn('some', 'MIT', {})).rejects.toThrow('some 1.2.3 (MIT) brings no text of its licence')
  await expect(passedOn('some', 'MIT', { LICENSE: ' \n' })).rejects.toThrow('brings no text of its licence')
  expect(await passedOn('postgres', 'Unlicense', {})).toContain('public domain')
  expect(await passedOn('@aws-sdk/nested-clients', 'Apache-2.0', {})).toContain('Apache License')
})

test('a list that is no longer true ends it, too', async () => {
  await expect(passedOn('postgres', 'MIT', {})).rejects.toThrow('is under MIT, and listed as Unlicense')
  await expect(passedOn('postgres', 'Unlicense', { UNLICENSE: '', LICENSE: 'Free.' })).rejects.toThrow(
    'has the text of its licence now',
  )
})
