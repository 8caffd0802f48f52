import { NotConfirmed, Usage } from '../errors/errors.ts'
import type { Context } from '../invocation/context.ts'
import { printable } from '../terminal/terminal.ts'

/**
 * @param action such as `revoke the API token nightly`, or a function that finds this text
 * @throws Usage without a terminal, NotConfirmed for any answer but yes, and the errors of `action`
 */
export async function confirm(
  { interactive, ask }: Pick<Context, 'interactive' | 'ask'>,
  action: string | (() => Promise<string>),
  { yes }: { readonly yes: boolean | undefined },
): Promise<void> {
  if (yes) return
  const text = printable(typeof action === 'string' ? action : await action())
  if (!interactive)
    throw new Usage(`Without a terminal, this needs a confirmation: ${text}.`, 'Pass --yes to confirm it.')
  const response = await ask(`${text.charAt(0).toUpperCase()}${text.slice(1)}? [y/N] `)
  if (!/^y(es)?$/i.test(response)) throw new NotConfirmed(text)
}
