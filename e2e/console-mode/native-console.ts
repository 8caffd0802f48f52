import type { Machine } from '../support/convox/machine.ts'

export interface ConsoleLogin {
  /** Of the gateway, with TLS: the stock CLI uses no other scheme, and verifies no certificate. */
  readonly url: string
  readonly token: string
  /** `<organization>/<rack>` */
  readonly rack: string
}

/** Logs the stock CLI in, and makes a rack its current one. */
export async function logInAndSwitch(machine: Machine, { url, token, rack }: ConsoleLogin): Promise<void> {
  for (const words of [
    ['login', new URL(url).host, '-t', token],
    ['switch', rack],
  ]) {
    const { code, stderr } = await machine.run('convox', words)
    if (code !== 0) throw new Error(`convox ${words[0]} failed: ${stderr}`)
  }
}
