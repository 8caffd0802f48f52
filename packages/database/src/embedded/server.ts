import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { EmbeddedFailed } from '../errors/errors.ts'
import { serverEnvironment } from './cluster.ts'
import type { SystemUser } from './system-user.ts'

/**
 * A shell script that becomes the server. Its background watcher reads from a pipe that this process keeps open. If
 * this process ends, the read fails and the watcher stops the server. A line from the pipe means that the server has
 * ended, and that the watcher can end too.
 */
const supervisorScript = `( { read -r _ <&3 || kill -INT $$; } 3<&3 </dev/null >/dev/null 2>&1 & )
exec 3<&-
exec "$@"`

export interface ServerOptions {
  readonly program: string
  readonly cluster: string
  /** 0 for any free port. */
  readonly port: number
  readonly systemUser: SystemUser | null
  readonly settings: Readonly<Record<string, string>>
  readonly log: (line: string) => void
}

export interface RunningServer {
  readonly port: number
  /** Closes the connections. Resolves when all data is on disk and the process has ended. */
  stop(): Promise<void>
}

/** Resolves when the server accepts connections. @throws EmbeddedFailed with the last log lines */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const attempts = options.port === 0 ? 5 : 1
  for (let attempt = 1; ; attempt++) {
    const port = options.port || (await freePort())
    const lastLines: string[] = []
    const child = launch(options, port)
    const ready = await waitUntilReady(child, options.log, lastLines)
    if (ready) return { port, stop: () => stopServer(child) }
    const taken = lastLines.some((line) => line.includes('Address already in use'))
    if (!taken || attempt === attempts) throw new EmbeddedFailed(options.cluster, lastLines.join(' | '))
  }
}

function launch({ program, cluster, systemUser, settings }: ServerOptions, port: number): ChildProcess {
  const values = {
    ...settings,
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    fsync: 'on',
  }
  const flags = Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  return spawn('/bin/sh', ['-c', supervisorScript, 'postgres', program, '-D', cluster, ...flags], {
    cwd: cluster,
    detached: true, // A session of its own, so that Ctrl-C doesn't reach the server.
    env: serverEnvironment,
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    ...(systemUser ? { uid: systemUser.uid, gid: systemUser.gid } : {}),
  })
}

function waitUntilReady(child: ChildProcess, log: (line: string) => void, lastLines: string[]): Promise<boolean> {
  return new Promise((resolve) => {
    if (child.stderr) {
      createInterface({ input: child.stderr }).on('line', function onLine(line) {
        log(line)
        lastLines.push(line)
        if (lastLines.length > 10) lastLines.shift()
        if (line.includes('database system is ready to accept connections')) resolve(true)
      })
    }
    child.once('error', (error) => {
      lastLines.push(error.message)
      resolve(false)
    })
    child.once('exit', () => releaseWatcher(child))
    child.once('close', () => resolve(false))
  })
}

/** SIGINT is PostgreSQL's fast shutdown: it rolls open transactions back and flushes committed ones. */
async function stopServer(child: ChildProcess) {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'close')
  child.kill('SIGINT')
  await ended
}

function releaseWatcher(child: ChildProcess) {
  const pipe = child.stdio[3]
  if (!(pipe instanceof Writable)) return
  pipe.on('error', () => {})
  pipe.end('\n')
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  if (typeof address !== 'object' || address === null)
    throw new Error('no free port was found on the loopback interface')
  return address.port
}
