import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'

/** A URL, because the build scripts have no types. */
const script: string = new URL('../../build/licenses.mjs', import.meta.url).href

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'rack-gateway-licenses-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

interface Runtime {
  readonly version: string
  readonly license: string
}

/** The licenses of a bundle with one package. */
async function licensesWith(
  name: string,
  license: string,
  files: Readonly<Record<string, string>>,
  runtimes: readonly Runtime[] = [],
): Promise<string> {
  const packageDirectory = join(directory, 'node_modules', name)
  mkdirSync(packageDirectory, { recursive: true })
  writeFileSync(join(packageDirectory, 'package.json'), JSON.stringify({ name, version: '1.2.3', license }))
  for (const [file, text] of Object.entries(files)) writeFileSync(join(packageDirectory, file), text)
  const metafile = { inputs: { [`node_modules/${name}/index.js`]: {} } }
  const { collectLicenses } = await import(script)
  return collectLicenses([metafile], { runtimes, directory })
}

test('all license files of a package are included, with its name', async () => {
  const files = { LICENSE: 'Do what you like.', 'NOTICE.txt': 'Made by Ada.' }
  expect(await licensesWith('@ada/some', 'MIT', files)).toBe(
    '@ada/some 1.2.3 (MIT)\n\nDo what you like.\n\nMade by Ada.\n',
  )
})

test('the license of each Node version follows once', async () => {
  const runtimes = [
    { version: 'v24.1.0', license: 'Node.js is licensed …' },
    { version: 'v24.1.0', license: 'Node.js is licensed …' },
    { version: 'v24.2.0', license: 'Node.js is licensed …' },
  ]
  const line = '-'.repeat(80)
  expect(await licensesWith('some', 'MIT', { LICENSE: 'Free.' }, runtimes)).toBe(
    `some 1.2.3 (MIT)\n\nFree.\n\n${line}\n\nNode v24.1.0\n\nNode.js is licensed …\n\n${line}\n\nNode v24.2.0\n\nNode.js is licensed …\n`,
  )
})

test('a package without a license file fails the build, unless it is listed', async () => {
  await expect(licensesWith('some', 'MIT', {})).rejects.toThrow('some 1.2.3 (MIT) has no license file')
  await expect(licensesWith('some', 'MIT', { LICENSE: ' \n' })).rejects.toThrow('has no license file')
  expect(await licensesWith('postgres', 'Unlicense', {})).toContain('public domain')
  expect(await licensesWith('@aws-sdk/nested-clients', 'Apache-2.0', {})).toContain('Apache License')
})

test('an outdated list fails the build', async () => {
  await expect(licensesWith('postgres', 'MIT', {})).rejects.toThrow('has the license MIT, but is listed with Unlicense')
  await expect(licensesWith('postgres', 'Unlicense', { UNLICENSE: '', LICENSE: 'Free.' })).rejects.toThrow(
    'has a license file now',
  )
})
