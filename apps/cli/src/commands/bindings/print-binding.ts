import type { Binding } from '@rack-gateway/gateway-api'
import type { Context } from '../../invocation/context.ts'
import { bindingText, expiryText } from '../../output/binding-text.ts'
import { NamedBinding } from '../../output/output-schemas.ts'
import { printJson } from '../../output/response.ts'
import type { Target } from '../../rack-choice/local/target.ts'
import { printable } from '../../terminal/terminal.ts'
import { withSubjectNames } from './binding-subject.ts'

/** @param action such as `Created` */
export async function printBinding(
  context: Context,
  target: Target,
  binding: Binding,
  { json, action }: { readonly json: boolean | undefined; readonly action: string },
): Promise<void> {
  const [named] = await withSubjectNames(target, [binding])
  if (named === undefined) return
  if (json) return printJson(context, NamedBinding, named)
  const expiry = expiryText(named.expiresAt, context.now)
  context.print(
    printable(
      `${action} the binding ${named.id}: ${bindingText(named)} for ${named.subject.kind} ${nameOf(named)}${expiry === '' ? '' : `, ${expiry}`}.`,
    ),
  )
}

export function nameOf({ subject }: NamedBinding): string {
  return subject.name ?? subject.id
}
