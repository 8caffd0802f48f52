import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Script } from 'node:vm'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { loadKept, scriptAt } from './kept-code.ts'

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'rack-gateway-code-'))
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

const directory = () => join(home, 'code')
const kept = () => readdirSync(directory()).map((name) => join(directory(), name))

/** A script that was written `second` seconds after another one. */
function answering(answer: string, second = 0): URL {
  const path = join(home, 'script.cjs')
  writeFileSync(path, `(function (module) { module.exports = { answer: () => ${JSON.stringify(answer)} } })`)
  utimesSync(path, second, second)
  return pathToFileURL(path)
}

/** Runs it, and keeps what can be kept. */
function run(at: URL): { readonly answer: unknown; readonly wasKept: boolean } {
  const { exports, wasKept, keep } = loadKept(scriptAt(at), directory())
  const answer = (exports as { answer(): unknown }).answer()
  keep()
  return { answer, wasKept }
}

describe('code that is kept as it was compiled', () => {
  test('is for the person’s own eyes, and used the next time', () => {
    expect(run(answering('one'))).toEqual({ answer: 'one', wasKept: false })
    const [file = '', ...others] = kept()
    expect(others).toEqual([])
    expect([statSync(file).mode & 0o777, statSync(directory()).mode & 0o777]).toEqual([0o600, 0o700])
    expect(run(answering('one'))).toEqual({ answer: 'one', wasKept: true })
  })

  test('is not used for other code of the same length', () => {
    run(answering('one'))
    expect(run(answering('two', 1))).toEqual({ answer: 'two', wasKept: false })
    expect(run(answering('two', 1))).toEqual({ answer: 'two', wasKept: true })
    expect(kept()).toHaveLength(2)
  })

  test.each<[string, (file: string) => void]>([
    ['was changed', (file) => writeFileSync(file, readFileSync(file).fill(7, 500, 510))],
    ['was cut short', (file) => writeFileSync(file, readFileSync(file).subarray(0, 500))],
    ['is empty', (file) => writeFileSync(file, '')],
    ['others may write', (file) => chmodSync(file, 0o622)],
    ['is where others may write', () => chmodSync(directory(), 0o777)],
    [
      'is a link to elsewhere',
      (file) => {
        writeFileSync(join(home, 'elsewhere'), readFileSync(file))
        rmSync(file)
        symlinkSync(join(home, 'elsewhere'), file)
      },
    ],
  ])('is not used when it %s', (_, change) => {
    run(answering('one'))
    const [file = ''] = kept()
    change(file)
    expect(run(answering('one'))).toEqual({ answer: 'one', wasKept: false })
  })

  test('is not used by who wants nothing to be kept', () => {
    run(answering('one'))
    process.env.NODE_DISABLE_COMPILE_CACHE = '1'
    try {
      expect(run(answering('one'))).toEqual({ answer: 'one', wasKept: false })
    } finally {
      delete process.env.NODE_DISABLE_COMPILE_CACHE
    }
  })

  test('of more than four versions is that of the latest four, and leaves what is not of this script', () => {
    const others = [join(directory(), 'other-1.bin'), join(directory(), 'script-of-node')]
    mkdirSync(directory(), { mode: 0o700 })
    writeFileSync(join(directory(), 'other-1.bin'), '')
    mkdirSync(join(directory(), 'script-of-node'))
    for (let version = 0; version < 9; version++) run(answering(`version ${version}`, version))
    expect(kept()).toEqual(expect.arrayContaining(others))
    expect(kept()).toHaveLength(4 + others.length)
    expect(run(answering('version 8', 8))).toEqual({ answer: 'version 8', wasKept: true })
  })

  test('is not kept without a directory', () => {
    const { exports, wasKept, keep } = loadKept(scriptAt(answering('one')), null)
    keep()
    expect([(exports as { answer(): unknown }).answer(), wasKept]).toEqual(['one', false])
    expect(readdirSync(home)).toEqual(['script.cjs'])
  })

  test('where nothing can be written, is none: it runs', () => {
    mkdirSync(join(home, 'nowhere'))
    writeFileSync(join(home, 'nowhere', 'file'), '')
    const { exports, keep } = loadKept(scriptAt(answering('one')), join(home, 'nowhere', 'file', 'code'))
    keep()
    expect((exports as { answer(): unknown }).answer()).toBe('one')
  })
})

test('a script is given what it is a function of', () => {
  const path = join(home, 'script.cjs')
  writeFileSync(path, '(function (module, ...given) { module.exports = given })')
  expect(loadKept(scriptAt(pathToFileURL(path)), null, 'one', 'two').exports).toEqual(['one', 'two'])
})

test('a script that was compiled elsewhere runs from that until it is kept', () => {
  const source = '(function (module) { module.exports = { answer: () => 1 } })'
  const compiled = new Script(source).createCachedData()
  const script = { name: 'script-1', filename: 'script.cjs', source, compiled }
  for (const wasKept of [false, true]) {
    const loaded = loadKept(script, directory())
    expect(loaded.wasKept).toBe(wasKept)
    loaded.keep()
  }
  expect(loadKept({ ...script, compiled: Buffer.from('no code') }, null).exports).toHaveProperty('answer')
})
