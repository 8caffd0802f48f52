import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { CliResult } from './call-cli.ts'
import type { Machine } from './harness.ts'

/** A process that runs commands one after another. */
export interface CliProcess {
  /** @param env added to the environment of the machine */
  call(machine: Machine, words: readonly string[], env?: NodeJS.ProcessEnv): Promise<CliResult>
  stop(): Promise<void>
}

export interface CliRequest {
  readonly words: readonly string[]
  readonly env: NodeJS.ProcessEnv
  readonly cwd: string
  readonly configPath: string
}

const program = fileURLToPath(new URL('../../dist-modules/testing/cli-process-main.js', import.meta.url))

/** Starts a process with variables that Node reads only at its start, such as NODE_EXTRA_CA_CERTS. */
export function startCliProcess(env: NodeJS.ProcessEnv): CliProcess {
  // Discards the output of convox.
  const child = fork(program, { env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  return {
    async call({ cwd, configPath, env: machineEnv }, words, callEnv = {}) {
      const request: CliRequest = { words, env: { ...machineEnv, ...env, ...callEnv }, cwd, configPath }
      child.send(request)
      const [result] = await once(child, 'message')
      return result
    },
    async stop() {
      const ended = once(child, 'exit')
      child.kill()
      await ended
    },
  }
}
