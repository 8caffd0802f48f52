import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import { familyMicros, familyOf, parseStat } from './processor-time.ts'

const onLinux = process.platform === 'linux'

test('a name can contain brackets and blanks', () => {
  const line = '42 (a b) c) S 7 42 42 0 -1 4194304 100 200 0 0 150 50 30 20 20 0 1 0 100 1000 10'
  expect(parseStat(line)).toEqual({ pid: 42, parent: 7, time: 2_000_000, endedChildren: 500_000 })
})

test.runIf(onLinux)('a child is of the family, and its work counts', async () => {
  const before = familyMicros(process.pid) ?? 0
  const child = spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' })
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child, 'spawn')
  expect(familyOf(process.pid)).toContain(child.pid)
  await expect.poll(() => (familyMicros(process.pid) ?? 0) - before).toBeGreaterThan(100_000)
  child.kill('SIGKILL')
  await once(child, 'exit')
  expect((familyMicros(process.pid) ?? 0) - before).toBeGreaterThan(80_000)
})

test('a process that is not there has no time', () => {
  expect(familyMicros(2 ** 30)).toBeNull()
})
