import { type Context, defaultTimeouts, runCli } from '@rack-gateway/cli'

/** What the person is like, where it matters. */
export type TestUser = Partial<
  Pick<
    Context,
    | 'cwd'
    | 'configPath'
    | 'interactive'
    | 'ask'
    | 'note'
    | 'instruct'
    | 'readSecret'
    | 'openBrowser'
    | 'columns'
    | 'readInput'
    | 'interruption'
    | 'timeouts'
  >
>

/** Runs one of the command's own in this process, as a user with a token. */
export async function callCli(
  words: readonly string[],
  env: NodeJS.ProcessEnv = {},
  user: TestUser = {},
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  let [stdout, stderr] = ['', '']
  const context: Context = {
    env: { CONVOX_BIN: '/must-not-start', CONVOX_CONFIG: '/nowhere/convox', ...env },
    cwd: '/',
    configPath: '/nowhere/config.json',
    now: Date.now(),
    print: (line) => {
      stdout += `${line}\n`
    },
    note: (line) => {
      stderr += `${line}\n`
    },
    instruct: (line) => {
      stderr += `${line}\n`
    },
    readSecret: async () => '',
    ask: async () => '',
    platform: process.platform,
    readInput: async () => '',
    status: () => undefined,
    columns: null,
    styled: false,
    interactive: false,
    openBrowser: async () => undefined,
    timeouts: defaultTimeouts,
    interruption: () => new AbortController().signal,
    ...user,
  }
  return { code: await runCli(context, words), stdout, stderr }
}
