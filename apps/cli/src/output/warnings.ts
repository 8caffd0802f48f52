import type { Context } from '../context.ts'
import { printable } from './terminal.ts'

/** What the gateway warns of, to stderr: also where the answer is printed as JSON. */
export function printWarnings(context: Context, { warnings = [] }: { readonly warnings?: readonly string[] }): void {
  for (const warning of warnings) context.note(printable(`Warning: ${warning}`))
}
