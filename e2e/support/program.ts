import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { constants } from 'node:os'

export interface ProgramOptions {
  readonly cwd: string
  /** All of it: nothing is inherited from the process that runs the tests. */
  readonly env: NodeJS.ProcessEnv
  readonly stdin?: string | Buffer
}

export interface Ended {
  /** 128 + n when signal n ended it, as a shell says it. */
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface Program {
  readonly pid: number
  readonly ended: Promise<Ended>
  /** What it has written so far. */
  readonly output: { readonly stdout: string; readonly stderr: string }
  /** Resolves once its output holds this. @throws when it ends before */
  saw(pattern: RegExp): Promise<RegExpExecArray>
  signal(name: NodeJS.Signals): void
}

/** Starts a program of which only its own pid is ever signalled. */
export function start(program: string, args: readonly string[], { cwd, env, stdin }: ProgramOptions): Program {
  const child = spawn(program, [...args], { cwd, env, stdio: 'pipe' })
  const output = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text
      child.emit('said')
    })
  }
  child.stdin.on('error', () => undefined)
  child.stdin.end(stdin ?? '')
  const ended = endOf(child, output)
  ended.catch(() => undefined)

  async function saw(pattern: RegExp): Promise<RegExpExecArray> {
    for (let over = false; ; ) {
      const found = pattern.exec(output.stdout) ?? pattern.exec(output.stderr)
      if (found) return found
      if (over) throw new Error(`it ended without saying ${pattern}:\n${output.stdout}${output.stderr}`)
      const said = new AbortController()
      over = await Promise.race([
        once(child, 'said', { signal: said.signal }).then(() => false),
        ended.then(() => true),
      ])
      said.abort()
    }
  }
  return { pid: child.pid ?? 0, ended, output, saw, signal: (name) => void child.kill(name) }
}

/** Starts a program and waits for its end. */
export function run(program: string, args: readonly string[], options: ProgramOptions): Promise<Ended> {
  return start(program, args, options).ended
}

async function endOf(child: ChildProcess, output: { stdout: string; stderr: string }): Promise<Ended> {
  const [code, signal]: [number | null, NodeJS.Signals | null] = await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (status, name) => resolve([status, name]))
  })
  return { code: signal === null ? (code ?? 1) : 128 + constants.signals[signal], ...output }
}
