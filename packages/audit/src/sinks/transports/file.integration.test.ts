import { execFileSync } from 'node:child_process'
import { appendFile, mkdtemp, readdir, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { neverAborted, sinkEvents } from '../testing/events.ts'
import { createFileTransport, type FileTransportOptions } from './file.ts'

const events = sinkEvents(...Array.from({ length: 6 }, () => ({ kind: 'call' as const })))
const lines = events.map(({ canonical }) => `${canonical}\n`)

async function fileSink(options: Partial<FileTransportOptions> = {}) {
  const directory = await mkdtemp(join(tmpdir(), 'sink-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  const path = join(directory, 'audit.ndjson')
  const transport = createFileTransport({ path, rotateAt: null, keep: 2, ...options })
  onTestFinished(() => transport.close())
  const deliver = (from: number, to: number) => transport.deliver(events.slice(from, to), neverAborted)
  return { directory, path, transport, deliver, text: (name = path) => readFile(name, 'utf8') }
}

test('each event is appended as a line, and other users cannot read the file', async () => {
  const { path, deliver, text } = await fileSink()
  await deliver(0, 2)
  await deliver(2, 3)
  expect(await text()).toBe(lines.slice(0, 3).join(''))
  expect((await stat(path)).mode & 0o007).toBe(0)
})

test('a new file is created after the old one was renamed or removed', async () => {
  const { path, deliver, text } = await fileSink()
  await deliver(0, 1)
  await rename(path, `${path}.old`)
  await deliver(1, 2)
  await rm(path)
  await deliver(2, 3)
  expect(await text(`${path}.old`)).toBe(lines[0])
  expect(await text()).toBe(lines[2])
})

test('a truncated file is appended to from its beginning', async () => {
  const { path, deliver, text } = await fileSink()
  await deliver(0, 2)
  await truncate(path)
  await deliver(2, 3)
  expect(await text()).toBe(lines[2])
})

test('at its size limit the file is renamed, and old files are removed', async () => {
  const { directory, path, deliver, text } = await fileSink({ rotateAt: 10 })
  for (let index = 0; index < 5; index++) await deliver(index, index + 1)
  expect((await readdir(directory)).sort()).toEqual(['audit.ndjson.1', 'audit.ndjson.2'])
  expect(await text(`${path}.1`)).toBe(lines[4])
  expect(await text(`${path}.2`)).toBe(lines[3])
})

test('an incomplete line is ended first', async () => {
  const { path, deliver, text } = await fileSink()
  await writeFile(path, '{"half":')
  await deliver(0, 1)
  expect(await text()).toBe(`{"half":\n${lines[0]}`)
})

test('a full disk is a failure, and later lines are complete', async () => {
  const { directory, path, deliver, text } = await fileSink()
  await deliver(0, 1)
  await rm(path)
  execFileSync('ln', ['-s', '/dev/full', path])
  await expect(deliver(1, 2)).rejects.toThrow()
  await rm(path)
  await appendFile(path, lines[1]?.slice(0, 20) ?? '')
  await deliver(1, 3)
  expect((await text()).split('\n').slice(1).join('\n')).toBe(lines.slice(1, 3).join(''))
  expect(await readdir(directory)).toEqual(['audit.ndjson'])
})

test.each([
  ['a directory', (path: string) => execFileSync('mkdir', [path]), /EISDIR/],
  ['a pipe without a reader', (path: string) => execFileSync('mkfifo', [path]), /is not a file/],
])('%s at its path is a failure without a wait', async (_name, make, message) => {
  const { path, deliver } = await fileSink()
  make(path)
  await expect(deliver(0, 1)).rejects.toThrow(message)
})

test('a missing directory is a failure until it exists', async () => {
  const { directory } = await fileSink()
  const transport = createFileTransport({ path: join(directory, 'later', 'x'), rotateAt: null, keep: 1 })
  await expect(transport.deliver(events, neverAborted)).rejects.toThrow('ENOENT')
  execFileSync('mkdir', [join(directory, 'later')])
  await transport.deliver(events, neverAborted)
  expect(await readFile(join(directory, 'later', 'x'), 'utf8')).toBe(lines.join(''))
  await transport.close()
})
