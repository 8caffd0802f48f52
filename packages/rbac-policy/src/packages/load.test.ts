import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadPolicyPackages } from './load.ts'
import { describePackage } from './loaded-package.ts'

let directory = ''
const plain = (name: string) => `export default { name: '${name}', evaluate: () => null }`
const files = {
  'app/freeze.mjs': plain('freeze'),
  'app/again.mjs': plain('freeze'),
  'app/empty.mjs': 'export const policy = 1',
  'app/wrong.mjs': 'export default { name: "wrong", evaluat() {} }',
  'app/throws.mjs': 'throw new Error("no calendar\\nsecond line")',
  'app/syntax.mjs': 'export default {',
  'app/package.json': '{"name": "app", "version": "3.2.1"}',
  'app/node_modules/@acme/owners/package.json':
    '{"name": "@acme/owners", "version": "1.4.0", "type": "module", "exports": {".": {"import": "./lib/index.js"}}}',
  'app/node_modules/@acme/owners/lib/index.js': plain('owners'),
  'gateway/main.js': '',
  'gateway/node_modules/shipped/package.json': '{"name": "shipped", "version": "0.1.0", "main": "index.mjs"}',
  'gateway/node_modules/shipped/index.mjs': plain('shipped'),
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'load-policies-'))
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true })
    await writeFile(join(directory, path), text)
  }
})
afterAll(() => rm(directory, { recursive: true }))

const load = (...entries: string[]) =>
  loadPolicyPackages(entries, { directory: join(directory, 'app'), gatewayFile: join(directory, 'gateway/main.js') })

describe('the list in POLICY_PACKAGES', () => {
  test('is loaded in order: a path, a package of the working directory, and one next to the gateway', async () => {
    const loaded = await load('./freeze.mjs', '@acme/owners', 'shipped')
    expect(loaded.map(describePackage)).toEqual([
      expect.stringMatching(/^freeze 3\.2\.1 \(sha256 [0-9a-f]{12}\)$/),
      expect.stringMatching(/^owners 1\.4\.0 \(sha256 [0-9a-f]{12}\)$/),
      expect.stringMatching(/^shipped 0\.1\.0 \(sha256 [0-9a-f]{12}\)$/),
    ])
    expect((await load(join(directory, 'app/freeze.mjs')))[0]?.sha256).toBe(loaded[0]?.sha256)
  })

  test.each([
    ['./missing.mjs', /lists \.\/missing\.mjs, which cannot be used: there is no such file at .*app/],
    ['.', /it cannot be read \(EISDIR\)/],
    [
      'unheard-of',
      /there is no npm package with this name in .*app or in the directory of the gateway: install the package/,
    ],
    ['./empty.mjs', /it has no default export: write "export default definePolicy/],
    ['./wrong.mjs', /the policy package is invalid: its evaluate should be a function; "evaluat" is not known here/],
    ['./throws.mjs', /it could not be loaded \(Error: no calendar\): correct it; "node .*throws\.mjs" shows the line/],
    ['./syntax.mjs', /it could not be loaded \(/],
  ])('%s is refused in a sentence', async (entry, sentence) => {
    const failure = await load(entry).catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'RGW_UNUSABLE_POLICY_PACKAGE', message: expect.stringMatching(sentence) })
  })

  test('has each name once', async () => {
    await expect(load('./freeze.mjs', './again.mjs')).rejects.toThrow(
      'lists ./again.mjs, which cannot be used: ./freeze.mjs has the same name, freeze: rename one of them',
    )
  })
})
