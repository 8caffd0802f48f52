#!/usr/bin/env node
import { homedir } from 'node:os'
import { isatty } from 'node:tty'
import { clientConfigPath } from '@rack-gateway/config/client'
import { runCli } from './cli.ts'
import { invocationDirectory } from './invocation/invocation-directory.ts'
import { defaultTimeouts } from './invocation/timeouts.ts'
import { standardOutput } from './terminal/standard-output.ts'
import { showStatus } from './terminal/terminal.ts'

const { env, platform } = process
const { RACK_GATEWAY_MFA_CODE: mfaCode } = env
delete env.RACK_GATEWAY_MFA_CODE
/** By file descriptor, because access to `process.stdin` creates a Node stream, which convox commands do not need. */
const [stdin, stdout, stderr] = [isatty(0), isatty(1), isatty(2)]
const cwd = invocationDirectory(env, process.cwd())
if (cwd !== process.cwd()) process.chdir(cwd)

// Exit with 1 unless the command reports another code.
process.exitCode = 1
void runCli(
  {
    env,
    platform,
    cwd,
    mfaCode,
    configPath: clientConfigPath({ env, platform, home: homedir(), cwd }),
    now: Date.now(),
    print: (line) => void standardOutput().write(`${line}\n`),
    note: (line) => void process.stderr.write(`rack-gateway: ${line}\n`),
    instruct: (line) => void process.stderr.write(`${line}\n`),
    readSecret: async (prompt) => (await import('./invocation/read-input.ts')).readSecret(prompt),
    ask: async (question) => (await import('./invocation/read-input.ts')).ask(question),
    status: showStatus,
    readInput: async (maxBytes) => (await import('./invocation/read-input.ts')).readAll(process.stdin, maxBytes),
    interactive: stdin && stderr,
    columns: stdout ? process.stdout.columns : null,
    styled: stdout && !env.NO_COLOR && env.TERM !== 'dumb',
    timeouts: defaultTimeouts,
    openBrowser: async (address) => (await import('./browser-login/open-browser.ts')).openBrowser(address, env),
    interruption,
  },
  process.argv.slice(2),
).then((exitCode) => {
  process.exitCode = exitCode
})

function interruption(): AbortSignal {
  const controller = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => controller.abort())
  return controller.signal
}
