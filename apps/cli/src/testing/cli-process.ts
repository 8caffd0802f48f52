import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Called } from './call-cli.ts'
import type { Machine } from './harness.ts'

/** A process that runs commands one after another. */
export interface CliProcess {
  /** @param env what the command sees of the environment, beside what every program on the machine has */
  call(machine: Machine, words: readonly string[], env?: NodeJS.ProcessEnv): Promise<Called>
  stop(): Promise<void>
}

/** What is asked of it. */
export interface Asked {
  readonly words: readonly string[]
  readonly env: NodeJS.ProcessEnv
  readonly cwd: string
  readonly configPath: string
}

const program = fileURLToPath(new URL('../../dist-modules/testing/cli-process-main.js', import.meta.url))

/** Starts one with an environment that only a whole process can have, such as NODE_EXTRA_CA_CERTS. */
export function startCliProcess(env: NodeJS.ProcessEnv): CliProcess {
  // What convox prints is nobody's.
  const child = fork(program, { env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  return {
    async call({ cwd, configPath, env: own }, words, more = {}) {
      const asked: Asked = { words, env: { ...own, ...env, ...more }, cwd, configPath }
      child.send(asked)
      const [called] = await once(child, 'message')
      return called
    },
    async stop() {
      const ended = once(child, 'exit')
      child.kill()
      await ended
    },
  }
}
