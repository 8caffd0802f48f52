#!/usr/bin/env node
import { homedir } from 'node:os'
import { clientConfigPath } from '@rack-gateway/config/client'
import { runCli } from './cli.ts'
import { interruption } from './interruption.ts'
import { standingPlace } from './standing-place.ts'
import { ask, readSecret, showStatus } from './terminal.ts'

const { env, platform } = process
const cwd = standingPlace(env, process.cwd())
if (cwd !== process.cwd()) process.chdir(cwd)

// What ends before it is known how it went, hasn't gone well.
process.exitCode = 1
void runCli(
  {
    env,
    platform,
    cwd,
    configPath: clientConfigPath({ env, platform, home: homedir(), cwd }),
    now: Date.now(),
    print: (line) => void process.stdout.write(`${line}\n`),
    note: (line) => void process.stderr.write(`rack-gateway: ${line}\n`),
    readSecret,
    ask,
    status: showStatus,
    readInput: async (most) => (await import('./read-input.ts')).readAll(process.stdin, most),
    interactive: process.stdin.isTTY === true && process.stderr.isTTY === true,
    columns: process.stdout.isTTY === true ? process.stdout.columns : null,
    styled: process.stdout.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb',
    openBrowser: async (address) => (await import('./open-browser.ts')).openBrowser(address, env),
    interruption,
  },
  process.argv.slice(2),
).then((exitCode) => {
  process.exitCode = exitCode
})
