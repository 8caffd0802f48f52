import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { expect, onTestFinished, test } from 'vitest'
import { pause, resume } from './pause.ts'
import { familyMicros } from './processor-time.ts'

async function busyProcess(): Promise<ChildProcess & { readonly pid: number }> {
  const child = spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' })
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child, 'spawn')
  return child as ChildProcess & { readonly pid: number }
}

test.runIf(process.platform === 'linux')('a paused process takes no processor time until it is resumed', async () => {
  const { pid } = await busyProcess()
  const micros = () => familyMicros(pid) ?? 0
  await expect.poll(micros).toBeGreaterThan(0)
  pause([pid])
  await expect.poll(() => readFileSync(`/proc/${pid}/stat`, 'utf8')).toContain(') T ')
  const before = micros()
  expect(micros()).toBe(before)
  resume([pid])
  await expect.poll(micros).toBeGreaterThan(before)
})

test('a paused process that was killed can be resumed', async () => {
  const child = await busyProcess()
  pause([child.pid])
  child.kill('SIGKILL')
  await once(child, 'exit')
  expect(() => resume([child.pid])).not.toThrow()
})
