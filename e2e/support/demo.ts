import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DemoFile } from '@rack-gateway/demo'
import postgres, { type Sql } from 'postgres'
import { startCommand } from './processes.ts'
import type { Program } from './program.ts'

/** A demo in a process of its own. */
export interface DemoProcess {
  readonly program: Program
  readonly file: DemoFile
}

/** Starts the demo on any free port and waits until its guide is printed. */
export async function startDemoProcess(
  directory: string,
  env: NodeJS.ProcessEnv = {},
  options: readonly string[] = [],
): Promise<DemoProcess> {
  const program = startCommand('demo', ['--port', '0', '--data-dir', directory, ...options], env)
  await program.saw(/The gateway's log follows\./)
  return { program, file: readDemoFile(directory) }
}

export function readDemoFile(directory: string): DemoFile {
  return JSON.parse(readFileSync(join(directory, 'demo.json'), 'utf8'))
}

/** The process id of the PostgreSQL that runs in a demo's directory. */
export function postgresOf(directory: string): number {
  return Number(readFileSync(join(directory, 'postgres', 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0])
}

/** Asks the database behind the gateway's back. */
export async function ask<T>(url: string, work: (sql: Sql) => Promise<T>): Promise<T> {
  const sql = postgres(url, { max: 1, onnotice() {} })
  try {
    return await work(sql)
  } finally {
    await sql.end({ timeout: 5 })
  }
}

export function call(url: string, path: string, token: string): Promise<Response> {
  return fetch(`${url}${path}`, { headers: { authorization: `Bearer ${token}` } })
}
