import { type ClientConfig, namesOf } from '@rack-gateway/config/client'
import type { Context } from '../context.ts'
import { printable } from '../output/terminal.ts'
import type { Credential } from './login-credential.ts'

/** The file before a login and after it. */
export interface Change {
  readonly before: ClientConfig
  readonly written: ClientConfig
}

/** Says what a login has changed. */
export function printLogin(
  context: Context,
  { before, written }: Change,
  { name, origin, credential }: { readonly name: string; readonly origin: string; readonly credential: Credential },
): void {
  const { answer, source } = credential
  if (answer.kind === 'unreachable')
    context.note(
      `${origin} could not be asked about the token: ${printable(answer.reason)}; it was kept unchecked: ${answer.next}, then see whether it is good with: rack-gateway whoami`,
    )
  const who = answer.kind === 'known' ? ` as ${printable(answer.me.name)}` : ''
  const how = source === 'kept' ? `, with your session at ${origin}` : ''
  context.print(`Logged in to ${name}${who}${how}.`)
  noteOtherNames(context, { before, written }, { name, origin })
  if (written.current !== name)
    context.print(
      `The current rack is still ${printable(written.current ?? 'none')}. To change it: rack-gateway switch ${name}`,
    )
}

/** Other names of the address have the session, too: said where that makes them somebody else's. */
function noteOtherNames(
  context: Context,
  { before, written }: Change,
  { name, origin }: { readonly name: string; readonly origin: string },
): void {
  const [was, is] = [before, written].map(({ sessions }) => sessions?.[origin]?.email)
  const others = namesOf(written, { kind: 'session', origin }).filter((other) => other !== name)
  if (was !== undefined && is !== undefined && was !== is && others.length > 0)
    context.note(
      `${printable(others.join(', '))} used the session of ${printable(was)} at this address, and now uses this one.`,
    )
}
