import { execFile } from 'node:child_process'
import { readFile, readlink, realpath, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import { EmbeddedInUse } from '../errors/errors.ts'

const run = promisify(execFile)

export interface Postmaster {
  readonly pid: number
  readonly port: number
}

/** Null if no server runs. Ignores a lock file whose process has ended or is another program. */
export async function runningPostmaster(cluster: string): Promise<Postmaster | null> {
  const lines = await readFile(lockFile(cluster), 'utf8').then(
    (text) => text.split('\n'),
    () => null,
  )
  const pid = Number(lines?.[0])
  if (!Number.isSafeInteger(pid) || pid <= 0) return null
  return (await isServerOf(pid, cluster)) ? { pid, port: Number(lines?.[3]) } : null
}

/**
 * Ensures that no server runs on the directory, and removes a stale lock file. If a gateway has ended, its server is
 * already stopping, so this function waits for it.
 *
 * @throws EmbeddedInUse if a server still runs after `timeout` milliseconds
 */
export async function waitUntilFree(cluster: string, timeout: number): Promise<void> {
  const deadline = performance.now() + timeout
  for (;;) {
    const running = await runningPostmaster(cluster)
    if (!running) break
    if (performance.now() > deadline) throw new EmbeddedInUse(cluster, running.pid)
    await wait(50)
  }
  await rm(lockFile(cluster), { force: true })
}

function lockFile(cluster: string) {
  return join(cluster, 'postmaster.pid')
}

/** Process IDs are reused, especially in containers. So the directory or command of the process is checked, too. */
async function isServerOf(pid: number, cluster: string): Promise<boolean> {
  if (process.platform === 'linux') {
    const [cwd, home] = await Promise.all([readlink(`/proc/${pid}/cwd`).catch(() => null), realpath(cluster)])
    return cwd === home
  }
  const command = await run('ps', ['-o', 'command=', '-p', String(pid)]).then(
    ({ stdout }) => stdout,
    () => '',
  )
  return command.includes(cluster)
}
