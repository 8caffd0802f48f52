import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { onCore } from './cores.ts'

export interface SubjectProcess {
  /** Where it listens, without a slash at the end. */
  readonly url: string
  /** Processor time since its start, in microseconds. */
  cpuMicros(): Promise<number>
  stop(): Promise<void>
}

export interface SubjectOptions {
  /** A file in `subjects/`, without its extension. */
  readonly program: string
  readonly environment: Readonly<Record<string, string>>
  /** Null: wherever the system puts it. */
  readonly core: number | null
  /** For `--cpu-prof` and its like. */
  readonly nodeArguments?: readonly string[]
}

/** Milliseconds until a subject must have told where it listens. */
const startLimit = 30_000

/**
 * Starts one subject as a process of its own. It ends when it is told to, or when the bench is gone.
 *
 * @throws when it ends, or says nothing, before it listens; its own words are on stderr
 */
export async function startSubject(options: SubjectOptions): Promise<SubjectProcess> {
  const { program, environment, core, nodeArguments = [] } = options
  const file = fileURLToPath(new URL(`subjects/${program}.js`, import.meta.url))
  const [command = '', ...args] = onCore(core, [process.execPath, ...nodeArguments, file])
  const child = spawn(command, args, {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { PATH: process.env.PATH, TMPDIR: process.env.TMPDIR, ...environment },
  })
  try {
    const { url } = await answerOf(child, program, startLimit)
    if (url === undefined) throw new Error(`${program} said something else than where it listens`)
    return { url, cpuMicros: () => askForCpu(child, program), stop: () => stop(child) }
  } catch (error) {
    await stop(child)
    throw error
  }
}

interface SubjectMessage {
  readonly url?: string
  readonly cpuMicros?: number
}

async function askForCpu(child: ChildProcess, program: string): Promise<number> {
  const answer = answerOf(child, program, startLimit)
  child.send('cpu')
  return (await answer).cpuMicros ?? Number.NaN
}

function answerOf(child: ChildProcess, program: string, limit: number): Promise<SubjectMessage> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => settle(() => reject(new Error(`${program} did not answer in ${limit} ms`))), limit)
    const onMessage = (message: SubjectMessage) => settle(() => resolve(message))
    const onEnd = () => settle(() => reject(new Error(`${program} ended too early`)))
    function settle(result: () => void) {
      clearTimeout(late)
      child.off('message', onMessage).off('exit', onEnd).off('error', onEnd)
      result()
    }
    child.on('message', onMessage).on('exit', onEnd).on('error', onEnd)
  })
}

/** Milliseconds that a subject gets to end by itself. */
const stopLimit = 10_000

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  const ended = once(child, 'exit')
  const killer = setTimeout(() => child.kill('SIGKILL'), stopLimit)
  if (child.connected) child.disconnect()
  await ended
  clearTimeout(killer)
}
