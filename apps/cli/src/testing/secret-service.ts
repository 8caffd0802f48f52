import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'

/** A real keychain on its own D-Bus. */
export interface SecretService {
  /** The value of `DBUS_SESSION_BUS_ADDRESS`. */
  readonly bus: string
  /** Locks the keychain, which is unlocked at the start. */
  lock(): void
  stop(): Promise<void>
}

const requiredPrograms = ['dbus-run-session', 'dbus-send', 'gnome-keyring-daemon', 'secret-tool']

export function missingForSecretService(): string[] {
  return requiredPrograms.filter((program) => spawnSync('sh', ['-c', `command -v ${program}`]).status !== 0)
}

/** Starts GNOME Keyring, unlocked, with its own home. It has no display, so it cannot ask for a password. */
export async function startSecretService(home: string): Promise<SecretService> {
  const run = join(home, 'run')
  mkdirSync(run, { mode: 0o700 })
  const env = { HOME: home, XDG_RUNTIME_DIR: run, PATH: process.env.PATH }
  const script =
    'printf keyring | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1; echo "$DBUS_SESSION_BUS_ADDRESS"; cat >/dev/null'
  const session = spawn('dbus-run-session', ['--', 'sh', '-c', script], { env, stdio: ['pipe', 'pipe', 'ignore'] })
  const [line] = await once(session.stdout.setEncoding('utf8'), 'data')
  const bus = String(line).trim()
  return {
    bus,
    lock() {
      const collection = 'array:objpath:/org/freedesktop/secrets/collection/login'
      const service = [
        '--dest=org.freedesktop.secrets',
        '/org/freedesktop/secrets',
        'org.freedesktop.Secret.Service.Lock',
      ]
      spawnSync('dbus-send', ['--session', '--print-reply', ...service, collection], {
        env: { ...env, DBUS_SESSION_BUS_ADDRESS: bus },
      })
    },
    async stop() {
      session.stdin.end()
      await once(session, 'close')
    },
  }
}
