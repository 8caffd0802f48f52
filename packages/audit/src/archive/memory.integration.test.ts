import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { verifyDatabase } from '../verify/sources.ts'
import { logKeySeed, monthAgo, pastLog } from './testing/past-log.ts'
import type { RetainReport, RetainRequest } from './testing/retain-child.ts'
import { directoryStore } from './testing/stores.ts'

const events = 12_000
const partSize = 1024 * 1024
const program = fileURLToPath(new URL('../../dist/archive/testing/retain-child.js', import.meta.url))

/** Archives in a child process, because other test files share the memory of this one. */
async function retainInChild(request: RetainRequest): Promise<RetainReport> {
  const child = fork(program, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  onTestFinished(() => void child.kill())
  const report = once(child, 'message').then(([message]): RetainReport => message)
  const exit = once(child, 'exit').then(([code]): never => {
    throw new Error(`the process ended with ${code}`)
  })
  child.send(request)
  return Promise.race([report, exit])
}

test('memory does not grow with the events of a month', async () => {
  const log = await pastLog()
  const old = monthAgo(15)
  await log.write(old, events, 'closed', { kind: 'call', app: 'web', path: 'p'.repeat(1_000) })
  await log.sign()
  const { directory } = await directoryStore()
  const { outcomes, samples } = await retainInChild({
    ownerUrl: log.ownerUrl,
    directory,
    signingKeySeed: logKeySeed.toString('hex'),
    partSize,
  })
  expect(outcomes).toMatchObject([{ kind: 'dropped', events: events + 2 }])
  // An event has about 1,400 bytes, so all events would be 16 MiB.
  expect(samples.length).toBeGreaterThan(15)
  expect(Math.max(...samples) - Math.min(...samples)).toBeLessThan(8 * partSize)
  expect(await verifyDatabase(log.runtime, { pinned: null, checkpoints: null })).toMatchObject({
    intact: true,
    archived: [{ month: old, events: events + 2 }],
  })
})
