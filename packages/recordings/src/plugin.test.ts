import Fastify from 'fastify'
import { expect, test } from 'vitest'
import recordingsPlugin from './plugin.ts'
import { keysOf } from './testing/casts.ts'
import { memoryStore } from './testing/stores.ts'

test('an unusable store is logged, and the application starts', async () => {
  const lines: string[] = []
  const app = Fastify({ logger: { level: 'error', stream: { write: (line: string) => void lines.push(line) } } })
  const store = { ...memoryStore(), check: () => Promise.reject(new Error('there is no such directory')) }
  await app.register(recordingsPlugin, { store, deriveKeys: keysOf('k') })
  await app.ready()
  expect(lines.join('')).toContain('recording.store_unusable')
  await app.close()
})

test('without a store there are no recordings', async () => {
  const app = Fastify()
  await app.register(recordingsPlugin, { store: null, deriveKeys: keysOf('k') })
  await app.ready()
  expect(app.recordings).toBeNull()
  await app.close()
})
