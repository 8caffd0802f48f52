import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { onCore } from './cores.ts'
import { pause, resume } from './pause.ts'

export interface SubjectProcess {
  /** Without a slash at the end. Empty if the subject does not listen. */
  readonly url: string
  /** The processes that do the work of the subject. */
  readonly pids: readonly number[]
  /** The processor time of these processes since their start, in microseconds. */
  cpuMicros(): Promise<number>
  /** Asks a question that the program knows. Wait for the response before the next question. */
  ask(question: object): Promise<object>
  /** Stops the processes with SIGSTOP. They answer no questions until `resume`. */
  pause(): void
  resume(): void
  stop(): Promise<void>
}

export interface SubjectOptions {
  /** A file in `directory`, without its extension. */
  readonly program: string
  /** Default: the built `subjects/` of this checkout. */
  readonly directory?: URL
  /** The path of the Node that runs the program. Default: the Node that runs the benchmark. */
  readonly node?: string
  readonly environment: Readonly<Record<string, string>>
  /** Null: the system chooses the core. */
  readonly core: number | null
  readonly nodeArguments?: readonly string[]
}

const subjectsDirectory = new URL('../subjects/', import.meta.url)

/** Milliseconds within which a subject must report its address, or answer a question. */
const responseLimit = 30_000

/**
 * Starts one subject as a process. The subject ends after `stop`, or together with this process. Its errors are on
 * stderr.
 *
 * @throws if the subject ends, or reports no address
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
    const { url, pids } = (await responseOf(child, program)) as { url?: string; pids?: number[] }
    if (url === undefined || pids === undefined) throw new Error(`${program} did not report its address`)
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
  if (cpuMicros === undefined) throw new Error('a subject did not report its processor time')
  return cpuMicros
}

function askFor(child: ChildProcess, program: string, question: object): Promise<object> {
  const response = responseOf(child, program)
  child.send(question)
  return response
}

function responseOf(child: ChildProcess, program: string): Promise<object> {
  return new Promise((resolve, reject) => {
    const tooLate = () => settle(() => reject(new Error(`${program} did not answer in ${responseLimit} ms`)))
    const timer = setTimeout(tooLate, responseLimit)
    const onMessage = (message: object) => settle(() => resolve(message))
    const onEnd = () => settle(() => reject(new Error(`${program} ended too early`)))
    function settle(result: () => void) {
      clearTimeout(timer)
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
