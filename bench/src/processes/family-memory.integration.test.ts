import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import { familyBytes } from './family-memory.ts'
import { residentBytes } from './memory.ts'

test.runIf(process.platform === 'linux')('children count', async () => {
  const child = 'console.log(1); setInterval(() => {}, 1_000)'
  const options = '{ stdio: ["ignore", "inherit", "ignore"] }'
  const source = `require("node:child_process").spawn(process.execPath, ["-e", ${JSON.stringify(child)}], ${options})`
  const parent = spawn(process.execPath, ['-e', source], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] })
  const { pid = 0 } = parent
  onTestFinished(() => void process.kill(-pid))
  await once(parent.stdout, 'data')
  expect(familyBytes(pid)).toBeGreaterThan((residentBytes([pid]) ?? 0) + 4_000_000)
})
