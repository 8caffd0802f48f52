import { hideCommand } from './command-words.ts'
import type { MaskView } from './view.ts'

/** A text that is, or holds, a command, as it is told in the audit log. */
export function commandText(text: string, { isSecretParameter: isSecret, rackToken }: MaskView): string {
  return hideCommand([text], { isSecret, rackToken: rackToken ?? '' })[0] ?? ''
}
