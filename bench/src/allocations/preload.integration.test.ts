import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import type { Allocations } from './allocations.ts'

const preload = new URL('../../dist/allocations/preload.js', import.meta.url)

/** Allocates what it is asked for, and answers like a subject. */
const program = `
  process.on('message', ({ promises = 0, arrays = 0 }) => {
    for (let count = 0; count < promises; count++) Promise.resolve(count)
    for (let count = 0; count < arrays; count++) globalThis.last = new Array(1000).fill(count)
    process.send({})
  })
  process.on('disconnect', () => process.exit())`

test('a subject counts its promises, and its bytes across garbage collections', async () => {
  const child = spawn(process.execPath, [`--import=${preload}`, '--eval', program], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  async function ask(question: object): Promise<Allocations> {
    child.send(question)
    const [{ allocations }] = await once(child, 'message')
    return allocations
  }
  await ask({})
  const before = await ask({})
  const after = await ask({ arrays: 20_000 })
  expect((after.bytes - before.bytes) / 20_000).toBeGreaterThan(7_500)
  expect((after.bytes - before.bytes) / 20_000).toBeLessThan(9_500)
  const hooked = await ask({ countPromises: true })
  const counted = await ask({ promises: 5_000 })
  expect(counted.promises - hooked.promises).toBeGreaterThanOrEqual(5_000)
  expect(counted.promises - hooked.promises).toBeLessThan(5_100)
})
