import { rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DemoTokens } from './seed.ts'

/** The data that a script needs to use a running demo. The file contains tokens, so its mode is 0600. */
export interface DemoFile {
  readonly gateway: string
  /** The connection URL of the database's owner. */
  readonly database: string
  /** The table of the audit events, as `schema.table`. */
  readonly events: string
  readonly racks: Readonly<Record<string, { readonly url: string; readonly token: string }>>
  readonly tokens: DemoTokens
  /** The provider of browser logins, with the gateway's client credentials. */
  readonly identityProvider: {
    readonly issuer: string
    readonly clientId: string
    readonly clientSecret: string
    /** Email addresses of the demo people, by their IDs. */
    readonly users: Readonly<Record<string, string>>
  }
}

const fileName = 'demo.json'

/** Atomic, so that no script reads an incomplete file. */
export async function writeDemoFile(directory: string, content: DemoFile): Promise<void> {
  const path = join(directory, fileName)
  const newFile = `${path}.${process.pid}`
  await writeFile(newFile, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 })
  await rename(newFile, path)
}

export async function removeDemoFile(directory: string): Promise<void> {
  await rm(join(directory, fileName), { force: true })
}
