import { type ClientConfig, gatewaysUsingSlot } from '@rack-gateway/config/client'
import type { Context } from '../invocation/context.ts'
import { printable } from '../terminal/terminal.ts'
import type { Credential } from './login-credential.ts'

/** The configuration before and after a login. */
export interface ConfigChange {
  readonly before: ClientConfig
  readonly after: ClientConfig
}

export function printLogin(
  context: Context,
  { before, after }: ConfigChange,
  { name, origin, credential }: { readonly name: string; readonly origin: string; readonly credential: Credential },
): void {
  const { response, source } = credential
  if (response.kind === 'unreachable')
    context.note(
      `The token is stored, but was not checked. The request to ${origin} failed: ${printable(response.reason)}. ${response.remedy} Then check the token with: rack-gateway whoami`,
    )
  const user = response.kind === 'known' ? ` as ${printable(response.me.name)}` : ''
  const session = source === 'existing' ? `, with your session at ${origin}` : ''
  context.print(`Logged in to ${name}${user}${session}.`)
  noteOtherNames(context, { before, after }, { name, origin })
  if (after.current !== name)
    context.print(
      `The current rack is still ${printable(after.current ?? 'none')}. To change it: rack-gateway switch ${name}`,
    )
}

/** Other names at the address share the session. Notes these names if the user of the session has changed. */
function noteOtherNames(
  context: Context,
  { before, after }: ConfigChange,
  { name, origin }: { readonly name: string; readonly origin: string },
): void {
  const [oldUser, newUser] = [before, after].map(({ sessions }) => sessions?.[origin]?.email)
  const others = gatewaysUsingSlot(after, { kind: 'session', origin }).filter((other) => other !== name)
  if (oldUser !== undefined && newUser !== undefined && oldUser !== newUser && others.length > 0)
    context.note(
      `${printable(others.join(', '))} used the session of ${printable(oldUser)} at this address, and now uses the session of ${printable(newUser)}.`,
    )
}
