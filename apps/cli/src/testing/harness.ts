import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Context } from '../invocation/context.ts'
import { callCli } from './call-cli.ts'
import { writeFakeConvox } from './fake-convox.ts'

/** The bundle, which the test setup builds. */
const program = fileURLToPath(new URL('../../dist/rack-gateway.js', import.meta.url))

export interface Outcome {
  readonly code: number | null
  readonly signal: string | null
  readonly stdout: string
  readonly stderr: string
  /** What the fake convox received; null if it was not started. */
  readonly convox: { readonly argv: string[]; readonly rackUrl: string | null; readonly cwd: string } | null
}

export interface Running {
  readonly child: ChildProcess
  readonly ended: Promise<Outcome>
  /** Resolves when stdout contains this text. */
  saw(text: string): Promise<void>
  /** Resolves when stderr contains this text. */
  noted(text: string): Promise<void>
}

/** A user's machine: a home, a working directory, and a fake convox on the PATH. */
export interface Machine {
  readonly home: string
  readonly cwd: string
  readonly configPath: string
  /** The environment of every program. */
  readonly env: NodeJS.ProcessEnv
  configure(content: unknown): void
  config(): unknown
  write(path: string, content: string): void
  /** @param uid the user that runs the program, because root ignores file permissions */
  start(words: readonly string[], env?: NodeJS.ProcessEnv, uid?: number): Running
  /** Runs the program in its own process. */
  run(words: readonly string[], env?: NodeJS.ProcessEnv, stdin?: string): Promise<Outcome>
  /** Runs, in this process, a command that does not start convox. This is faster than `run`. */
  call(
    words: readonly string[],
    env?: NodeJS.ProcessEnv,
    stdin?: string,
    change?: Partial<Context>,
  ): Promise<Omit<Outcome, 'signal' | 'convox'>>
  /** Runs, in this process, a command that starts convox. Convox runs in the working directory of this process. */
  callConvox(words: readonly string[], env?: NodeJS.ProcessEnv): Promise<Omit<Outcome, 'signal'>>
  remove(): void
}

export function commandLine(words: readonly string[]): string[] {
  return [process.execPath, program, ...words]
}

export function createMachine(): Machine {
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'rack-gateway-cli-')))
  const cwd = join(home, 'project')
  const bin = join(home, 'bin')
  const configPath = join(home, 'config', 'config.json')
  for (const directory of [cwd, bin]) mkdirSync(directory)
  writeFakeConvox(join(bin, 'convox'))

  const machineEnv = {
    HOME: home,
    PATH: `${bin}:${dirname(process.execPath)}:/usr/bin:/bin`,
    RACK_GATEWAY_CONFIG_DIR: dirname(configPath),
    RACK_GATEWAY_TOKEN_STORE: 'file',
    CONVOX_CONFIG: join(home, 'convox'),
  }

  function write(path: string, content: string): void {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    writeFileSync(path, content, { mode: 0o600 })
  }

  function start(words: readonly string[], env: NodeJS.ProcessEnv = {}, uid?: number): Running {
    const child = spawn(process.execPath, [program, ...words], {
      cwd,
      env: { ...machineEnv, ...env },
      ...(uid !== undefined && { uid, gid: uid }),
    })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
      child.emit('output')
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
      child.emit('output')
    })
    const ended = once(child, 'close').then(
      ([code, signal]): Outcome => ({ code, signal, stdout, stderr, convox: parseConvoxOutput(stdout) }),
    )
    async function saw(text: string): Promise<void> {
      while (!stdout.includes(text)) await once(child, 'output')
    }
    async function noted(text: string): Promise<void> {
      while (!stderr.includes(text)) await once(child, 'output')
    }
    return { child, ended, saw, noted }
  }

  return {
    home,
    cwd,
    configPath,
    env: machineEnv,
    configure: (content) => write(configPath, typeof content === 'string' ? content : JSON.stringify(content)),
    config: () => JSON.parse(readFileSync(configPath, 'utf8')),
    write,
    start,
    run(words, env, stdin = '') {
      const { child, ended } = start(words, env)
      child.stdin?.end(stdin)
      return ended
    },
    call: (words, env = {}, stdin = '', change = {}) =>
      callCli(words, {
        env: {
          CONVOX_BIN: join(home, 'must-not-start'),
          CONVOX_CONFIG: join(home, 'convox'),
          RACK_GATEWAY_TOKEN_STORE: 'file',
          ...env,
        },
        cwd,
        configPath,
        readInput: async () => stdin,
        ...change,
      }),
    async callConvox(words, env = {}) {
      const output = join(home, `convox-${randomUUID()}`)
      writeFileSync(output, '')
      const outcome = await callCli(words, {
        env: { ...machineEnv, ...env, FAKE_CONVOX_OUTPUT: output },
        cwd,
        configPath,
      })
      const convoxOutput = readFileSync(output, 'utf8')
      return { ...outcome, stdout: `${outcome.stdout}${convoxOutput}`, convox: parseConvoxOutput(convoxOutput) }
    },
    remove: () => rmSync(home, { recursive: true, force: true }),
  }
}

function parseConvoxOutput(stdout: string): Outcome['convox'] {
  const line = stdout.split('\n').find((candidate) => candidate.startsWith('{"argv"'))
  return line === undefined ? null : JSON.parse(line)
}
