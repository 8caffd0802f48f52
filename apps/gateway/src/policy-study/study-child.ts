import { type ChildProcess, fork } from 'node:child_process'
import { constants, setPriority } from 'node:os'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { StudyQuestion, StudyResult } from './messages.ts'

export interface StudyChild {
  /** One question at a time. @throws StudyBroken */
  ask(question: StudyQuestion): Promise<StudyResult>
  end(): void
}

/** The process ran out of memory or time, or was ended. */
export class StudyBroken extends Error {}

/** The system could not start a process, for example for want of memory. */
export class StudyNotStarted extends Error {}

export interface StudyChildOptions {
  /** Node.js flags. */
  readonly flags: readonly string[]
  /** MiB. */
  readonly memory: number
  /** Milliseconds for one response. */
  readonly responseTimeout: number
}

const program = fileURLToPath(new URL(`./study-process${extname(fileURLToPath(import.meta.url))}`, import.meta.url))

/** @throws StudyNotStarted */
export function startStudyChild({ flags, memory, responseTimeout }: StudyChildOptions): StudyChild {
  const child = forkStudy([
    ...flags.filter((flag) => !flag.startsWith('--inspect')),
    `--max-old-space-size=${memory}`,
    // A smaller young generation, so that the process needs little memory outside of that limit.
    '--max-semi-space-size=4',
  ])
  lowerPriority(child)
  let settle: ((response: StudyResult | Error) => void) | null = null
  let broken: Error | null = null

  function settlePending(response: StudyResult | Error): void {
    if (response instanceof Error) broken ??= response
    settle?.(response)
    settle = null
  }

  child.on('message', (response: StudyResult) => settlePending(response))
  child.on('error', (error) => settlePending(failureOf(error)))
  child.on('exit', (code, signal) => settlePending(new StudyBroken(`the process ended with ${signal ?? code}`)))

  function failureOf({ message }: Error): Error {
    return child.pid === undefined ? new StudyNotStarted(message) : new StudyBroken(message)
  }

  function end(): void {
    settlePending(new StudyBroken('the process was ended'))
    child.kill('SIGKILL')
  }

  return {
    end,
    ask(question) {
      if (broken !== null) return Promise.reject(broken)
      return new Promise((resolve, reject) => {
        const timer = setTimeout(end, responseTimeout)
        settle = (response) => {
          clearTimeout(timer)
          if (response instanceof Error) reject(response)
          else resolve(response)
        }
        child.send(question, (error) => {
          if (error) settlePending(failureOf(error))
        })
      })
    },
  }
}

/** On one core, the process must not delay the calls of the gateway. */
function lowerPriority({ pid }: ChildProcess): void {
  if (pid === undefined) return
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL)
  } catch {
    // The process has ended already, or the system does not allow it.
  }
}

/** The environment of the process is empty, because the gateway's environment contains secrets. */
function forkStudy(execArgv: readonly string[]): ChildProcess {
  try {
    return fork(program, [], {
      execArgv: [...execArgv],
      env: {},
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      serialization: 'advanced',
    })
  } catch (error) {
    throw new StudyNotStarted(error instanceof Error ? error.message : String(error))
  }
}
