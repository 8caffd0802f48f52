import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { onCore } from './cores.ts'
import { pause, resume } from './pause.ts'

export interface SubjectProcess {
  /** Where it listens, without a slash at the end; empty where it doesn't. */
  readonly url: string
  /** The processes that do its work. */
  readonly pids: readonly number[]
  /** Processor time of these since their start, in microseconds. */
  cpuMicros(): Promise<number>
  /** One question of those that the program knows, one at a time. */
  ask(question: object): Promise<object>
  /** Stops it with SIGSTOP. It answers no questions until `resume`. */
  pause(): void
  resume(): void
  stop(): Promise<void>
}

export interface SubjectOptions {
  /** A file in `directory`, without its extension. */
  readonly program: string
  /** Default: the built `subjects/` of this checkout. */
  readonly directory?: URL
  /** The path of the Node that runs it. Default: the Node that runs the benchmark. */
  readonly node?: string
  readonly environment: Readonly<Record<string, string>>
  /** Null: wherever the system puts it. */
  readonly core: number | null
  /** For `--cpu-prof` and its like. */
  readonly nodeArguments?: readonly string[]
}

/** Where the built subjects of this checkout are. */
const subjectsDirectory = new URL('../subjects/', import.meta.url)

/** Milliseconds within which a subject must report its address. */
const startLimit = 30_000

/**
 * Starts one subject as a process. It ends when it is told to, or together with this process.
 *
 * @throws if it ends or reports no address; its own output is on stderr
 */
export async function startSubject(options: SubjectOptions): Promise<SubjectProcess> {
  const { program, environment, core, directory = subjectsDirectory, node = process.execPath } = options
  const file = fileURLToPath(new URL(`${program}.js`, directory))
  const [command = '', ...args] = onCore(core, [node, ...(options.nodeArguments ?? []), file])
  const child = spawn(command, args, {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { PATH: process.env.PATH, TMPDIR: process.env.TMPDIR, ...environment },
  })
  const ask = (question: object) => askFor(child, program, question)
  try {
    const { url, pids } = (await answerOf(child, program)) as { url?: string; pids?: number[] }
    if (url === undefined || pids === undefined) throw new Error(`${program} said something else than where it listens`)
    return {
      url,
      pids,
      ask,
      cpuMicros: () => cpuOf(ask),
      pause: () => pause(pids),
      resume: () => resume(pids),
      async stop() {
        resume(pids)
        await stop(child)
      },
    }
  } catch (error) {
    await stop(child)
    throw error
  }
}

async function cpuOf(ask: SubjectProcess['ask']): Promise<number> {
  const { cpuMicros } = (await ask({ cpu: true })) as { cpuMicros?: number }
  if (cpuMicros === undefined) throw new Error('a subject did not say how much processor time it took')
  return cpuMicros
}

function askFor(child: ChildProcess, program: string, question: object): Promise<object> {
  const answer = answerOf(child, program)
  child.send(question)
  return answer
}

function answerOf(child: ChildProcess, program: string): Promise<object> {
  return new Promise((resolve, reject) => {
    const tooLate = () => settle(() => reject(new Error(`${program} did not answer in ${startLimit} ms`)))
    const late = setTimeout(tooLate, startLimit)
    const onMessage = (message: object) => settle(() => resolve(message))
    const onEnd = () => settle(() => reject(new Error(`${program} ended too early`)))
    function settle(result: () => void) {
      clearTimeout(late)
      child.off('message', onMessage).off('exit', onEnd).off('error', onEnd)
      result()
    }
    child.on('message', onMessage).on('exit', onEnd).on('error', onEnd)
  })
}

/** Milliseconds within which a subject must end by itself. */
const stopLimit = 10_000

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  const ended = once(child, 'exit')
  const killer = setTimeout(() => child.kill('SIGKILL'), stopLimit)
  if (child.connected) child.disconnect()
  await ended
  clearTimeout(killer)
}
