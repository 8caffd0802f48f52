import type { Context } from '../invocation/context.ts'
import { defaultTimeouts } from '../invocation/timeouts.ts'

/** A context without a terminal, input, and output, apart from what a test changes. */
export function quietContext(change: Partial<Context> & Pick<Context, 'cwd' | 'configPath'>): Context {
  return {
    env: {},
    platform: process.platform,
    now: Date.now(),
    print: () => undefined,
    note: () => undefined,
    instruct: () => undefined,
    readSecret: async () => '',
    readInput: async () => '',
    ask: async () => '',
    status: () => undefined,
    interactive: false,
    columns: null,
    styled: false,
    timeouts: defaultTimeouts,
    openBrowser: async () => undefined,
    interruption: () => new AbortController().signal,
    ...change,
  }
}
