import { execFile } from 'node:child_process'
import { readFile, readlink, realpath, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import { EmbeddedInUse } from '../errors.ts'

const run = promisify(execFile)

export interface Postmaster {
  readonly pid: number
  readonly port: number
}

/** The server that runs on a cluster directory, or null. A lock file whose process is gone, or is another program by now, counts as none. */
export async function runningPostmaster(cluster: string): Promise<Postmaster | null> {
  const lines = await readFile(lockFile(cluster), 'utf8').then(
    (text) => text.split('\n'),
    () => null,
  )
  const pid = Number(lines?.[0])
  if (!Number.isSafeInteger(pid) || pid <= 0) return null
  return (await serves(pid, cluster)) ? { pid, port: Number(lines?.[3]) } : null
}

/**
 * Makes sure that no server runs on the directory, and removes what a dead one left behind.
 * One that lost its gateway is stopping by itself: it is waited for.
 *
 * @throws EmbeddedInUse when it still runs after `patience` milliseconds
 */
export async function expectFree(cluster: string, patience: number): Promise<void> {
  const deadline = performance.now() + patience
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

/** Process ids are used again, above all in containers: a server is one only if it works in this directory. */
async function serves(pid: number, cluster: string): Promise<boolean> {
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
