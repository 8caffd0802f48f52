import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'

/** A URL, because the build scripts have no types. */
const script: string = new URL('../../build/write-files.mjs', import.meta.url).href
const { writeFiles }: { writeFiles(directory: string, files: ReadonlyMap<string, Uint8Array>): void } = await import(
  script
)

let home: string
let dist: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'rack-gateway-files-'))
  dist = join(home, 'dist')
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

function write(files: Readonly<Record<string, string>>): void {
  writeFiles(dist, new Map(Object.entries(files).map(([name, text]) => [name, Buffer.from(text)])))
}
const inode = (name: string) => statSync(join(dist, name)).ino

test('the directory contains only the files of the newest build', () => {
  write({ 'a.js': 'a', 'b.js': 'b' })
  writeFileSync(join(dist, 'stale.js'), 'stale')
  mkdirSync(join(dist, 'stale', 'more'), { recursive: true })
  write({ 'b.js': 'new', 'c.js': 'c' })
  expect(readdirSync(dist).sort()).toEqual(['b.js', 'c.js'])
  expect(readFileSync(join(dist, 'b.js'), 'utf8')).toBe('new')
})

test('an unchanged file is not written, and a changed file is replaced atomically', () => {
  write({ 'a.js': 'a', 'b.js': 'b' })
  const before = { a: inode('a.js'), b: inode('b.js') }
  write({ 'a.js': 'a', 'b.js': 'new' })
  expect(inode('a.js')).toBe(before.a)
  expect(inode('b.js')).not.toBe(before.b)
})

test.skipIf(process.platform === 'win32')('only a file that begins with #! is executable', () => {
  const mode = (name: string) => (statSync(join(dist, name)).mode & 0o777).toString(8)
  const files = { command: '#!/usr/bin/env node\n', 'a.js': 'a', empty: '' }
  write(files)
  const expected = { command: '755', 'a.js': '644', empty: '644' }
  expect(Object.fromEntries(Object.keys(files).map((name) => [name, mode(name)]))).toEqual(expected)
  chmodSync(join(dist, 'command'), 0o600)
  write(files)
  expect(mode('command')).toBe('755')
})

test('temporary files of another build are not removed', () => {
  write({ 'a.js': 'a' })
  writeFileSync(join(dist, '.a.js.1'), 'of another build')
  write({ 'a.js': 'new' })
  expect(readdirSync(dist).sort()).toEqual(['.a.js.1', 'a.js'])
})
