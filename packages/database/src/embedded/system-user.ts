import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { EmbeddedNoAccount } from '../errors/errors.ts'

const run = promisify(execFile)

/** The system user that runs PostgreSQL if the gateway runs as root, because PostgreSQL refuses to run as root. */
export interface SystemUser {
  readonly name: string
  readonly uid: number
  readonly gid: number
}

/** Finds or creates the user. `null` if this process is not root: PostgreSQL then runs as its user. */
export async function serverUser(name = 'postgres'): Promise<SystemUser | null> {
  if (process.getuid?.() !== 0) return null
  return (await findSystemUser(name)) ?? (await createSystemUser(name))
}

async function findSystemUser(name: string): Promise<SystemUser | null> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])])
    return { name, uid: Number(uid.stdout), gid: Number(gid.stdout) }
  } catch {
    return null
  }
}

async function createSystemUser(name: string): Promise<SystemUser> {
  try {
    await run('useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/bin/false', name])
  } catch (error) {
    throw new EmbeddedNoAccount(name, error instanceof Error ? error.message.trim() : 'unknown error')
  }
  const systemUser = await findSystemUser(name)
  if (!systemUser) throw new EmbeddedNoAccount(name, 'it was created but cannot be found')
  return systemUser
}
