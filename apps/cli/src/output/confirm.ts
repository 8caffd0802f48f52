import type { Context } from '../context.ts'
import { NotConfirmed, Usage } from '../errors.ts'
import { printable } from './terminal.ts'

/**
 * Asks before something is destroyed.
 *
 * @param what is about to be done, such as `revoke the API token nightly`; a function where that is to be found out first
 * @throws Usage where nobody can be asked, NotConfirmed for any answer but yes
 */
export async function confirm(
  { interactive, ask }: Pick<Context, 'interactive' | 'ask'>,
  what: string | (() => Promise<string>),
  { yes }: { readonly yes: boolean | undefined },
): Promise<void> {
  if (yes) return
  const said = printable(typeof what === 'string' ? what : await what())
  if (!interactive)
    throw new Usage(`Without a terminal, this needs a confirmation: ${said}.`, 'Pass --yes to confirm it.')
  const answer = await ask(`${said.charAt(0).toUpperCase()}${said.slice(1)}? [y/N] `)
  if (!/^y(es)?$/i.test(answer)) throw new NotConfirmed(said)
}
