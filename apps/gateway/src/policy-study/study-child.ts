import { fork } from 'node:child_process'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { StudyAnswer, StudyQuestion } from './messages.ts'

export interface StudyChild {
  /** One question at a time. @throws StudyBroken */
  ask(question: StudyQuestion): Promise<StudyAnswer>
  end(): void
}

/** The process ran out of memory or time, or was ended. */
export class StudyBroken extends Error {}

export interface StudyChildOptions {
  /** Node.js flags. */
  readonly flags: readonly string[]
  /** MiB. */
  readonly memory: number
  /** Milliseconds for one answer. */
  readonly answerTimeout: number
}

const program = fileURLToPath(new URL(`./study-process${extname(fileURLToPath(import.meta.url))}`, import.meta.url))

/** The environment of the process is empty, because the gateway's environment contains secrets. */
export function startStudyChild({ flags, memory, answerTimeout }: StudyChildOptions): StudyChild {
  const child = fork(program, [], {
    execArgv: [...flags.filter((flag) => !flag.startsWith('--inspect')), `--max-old-space-size=${memory}`],
    env: {},
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    serialization: 'advanced',
  })
  let settle: ((answer: StudyAnswer | StudyBroken) => void) | null = null
  let broken: StudyBroken | null = null

  function settlePending(answer: StudyAnswer | StudyBroken): void {
    if (answer instanceof StudyBroken) broken ??= answer
    settle?.(answer)
    settle = null
  }

  child.on('message', (answer: StudyAnswer) => settlePending(answer))
  child.on('error', (error) => settlePending(new StudyBroken(error.message)))
  child.on('exit', (code, signal) => settlePending(new StudyBroken(`the process ended with ${signal ?? code}`)))

  function end(): void {
    settlePending(new StudyBroken('the process was ended'))
    child.kill('SIGKILL')
  }

  return {
    end,
    ask(question) {
      if (broken !== null) return Promise.reject(broken)
      return new Promise((resolve, reject) => {
        const timer = setTimeout(end, answerTimeout)
        settle = (answer) => {
          clearTimeout(timer)
          if (answer instanceof StudyBroken) reject(answer)
          else resolve(answer)
        }
        child.send(question, (error) => {
          if (error) settlePending(new StudyBroken(error.message))
        })
      })
    },
  }
}
