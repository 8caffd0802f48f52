import { hostname } from 'node:os'
import { expect, onTestFinished, test } from 'vitest'
import { defaultTimeouts } from '../invocation/timeouts.ts'
import { createMachine } from '../testing/harness.ts'
import { withCredentialsLock } from './credentials-lock.ts'

test('the error of a lock that is not released names its process and its file', async () => {
  const machine = createMachine()
  onTestFinished(() => machine.remove())
  const { configPath } = machine
  const lock = `${configPath}.credentials.lock`
  machine.write(lock, JSON.stringify({ pid: process.pid, host: hostname() }))
  const waited = withCredentialsLock({ configPath, note: () => {}, timeouts: defaultTimeouts }, async () => 'alone', {
    waitMs: 0,
  })
  await expect(waited).rejects.toMatchObject({
    code: 'RGW_CONFIG_FILE_LOCKED',
    message: `Another rack-gateway (process ${process.pid} on ${hostname()}) holds the lock: it changes your credentials, and a keychain may be waiting for you in another window. Try again. If no rack-gateway is running, remove ${lock}.`,
  })
})
