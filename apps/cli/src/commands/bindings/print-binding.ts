import type { Binding } from '@rack-gateway/gateway-api'
import type { Context } from '../../context.ts'
import { printJson } from '../../output/answer.ts'
import { expiryText, grantText } from '../../output/grant-text.ts'
import { NamedBinding } from '../../output/output-schemas.ts'
import { printable } from '../../output/terminal.ts'
import type { Target } from '../../target/target.ts'
import { named } from './binding-subject.ts'

/** Prints what was done to a binding. */
export async function printBinding(
  context: Context,
  target: Target,
  binding: Binding,
  { json, done }: { readonly json: boolean | undefined; readonly done: string },
): Promise<void> {
  const [known] = await named(target, [binding])
  if (known === undefined) return
  if (json) return printJson(context, NamedBinding, known)
  const end = expiryText(known.expiresAt, context.now)
  context.print(
    printable(
      `${grantText(known)} ${done}: ${known.subject.kind} ${nameOf(known)}${end === '' ? '' : `, ${end}`} (${known.id})`,
    ),
  )
}

export function nameOf({ subject }: NamedBinding): string {
  return subject.name ?? subject.id
}
