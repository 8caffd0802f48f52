import { chmodSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Ended, type Program, run, start } from './program.ts'

const workspace = fileURLToPath(new URL('../..', import.meta.url))

/** The programs, as they are built before the tests start. */
const programs = {
  demo: 'apps/demo/dist/main.js',
  gateway: 'apps/gateway/dist/main.js',
  'rack-gateway-server': 'apps/gateway/dist/rack-gateway-server.js',
  'rack-gateway': 'apps/cli/dist/rack-gateway.js',
} as const

export type Command = keyof typeof programs

/** How a built program is started. */
export function builtCommand(command: Command, args: readonly string[]): [program: string, args: string[]] {
  return [process.execPath, [`${workspace}${programs[command]}`, ...args]]
}

/** The environment of a service: where programs are, and nothing else. */
const bareEnvironment: NodeJS.ProcessEnv = { PATH: process.env.PATH ?? '/usr/bin:/bin', HOME: '/nonexistent' }

const started = new Set<Program>()
const directories = new Set<string>()

/** Starts a command that `leaveNothing` ends, by its pid, if the test doesn't. */
export function startCommand(command: Command, args: readonly string[], env: NodeJS.ProcessEnv = {}): Program {
  const program = start(...builtCommand(command, args), { cwd: workspace, env: { ...bareEnvironment, ...env } })
  started.add(program)
  void program.ended.then(() => started.delete(program))
  return program
}

export function runCommand(command: Command, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  return run(...builtCommand(command, args), { cwd: workspace, env: { ...bareEnvironment, ...env } })
}

/** A directory that a database server can live in, whatever user it runs as. */
export function dataDirectory(): string {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'rack-gateway-process-')))
  chmodSync(directory, 0o755)
  directories.add(directory)
  return directory
}

/** For `afterAll`: ends what was started and still runs, and removes the directories. */
export async function leaveNothing(): Promise<void> {
  const running = [...started]
  for (const program of running) program.signal('SIGKILL')
  await Promise.all(running.map(({ ended }) => ended))
  for (const directory of directories) rmSync(directory, { recursive: true, force: true, maxRetries: 10 })
}

/** Whether anything takes connections at the place that a URL names. */
export function responses(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve) => {
    const socket = createConnection(Number(port), hostname)
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}

/** Whether a process is there, as far as this user may know. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
