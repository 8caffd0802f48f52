import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { Usage } from '../errors.ts'
import { everyPage } from '../gateway/every-page.ts'
import { callGateway } from '../gateway/gateway-api.ts'
import { Binding, NamedBinding } from '../gateway/schemas.ts'
import { type Format, printJson, printTable } from '../output/answer.ts'
import { confirm } from '../output/confirm.ts'
import { endWords, grantWords } from '../output/grant-text.ts'
import { printable } from '../output/terminal.ts'
import { tellWarnings } from '../output/warnings.ts'
import type { Target } from '../target/target.ts'
import { named, type SubjectFlags, subjectOf } from './bindings/binding-subject.ts'
import { type GrantFlags, grantMembers } from './options/grant.ts'

export const Bindings = Type.Array(NamedBinding)

export async function listBindings(
  context: Context,
  target: Target,
  { format, ...flags }: SubjectFlags & { readonly format: Format },
): Promise<void> {
  const subject = await subjectOf(target, flags, context.now)
  const query = subject === null ? '' : `?subject=${encodeURIComponent(subject.id)}`
  const bindings = await named(target, await everyPage(target, `/bindings${query}`, Binding))
  if (format === 'json') return printJson(context, Bindings, bindings)
  const rows = bindings.map((binding) => [
    binding.id,
    `${binding.subject.kind} ${nameOf(binding)}`,
    binding.permissions?.join(', ') ?? binding.role,
    `${binding.racks}/${binding.apps}`,
    endWords(binding.expiresAt, context.now),
    binding.reason ?? '',
  ])
  printTable(context, ['ID', 'FOR', 'ROLE', 'WHERE', 'ENDS', 'REASON'], rows, 'there are no bindings')
}

interface AddBinding extends SubjectFlags, GrantFlags {
  readonly role: string
  readonly format: Format
}

export async function addBinding(context: Context, target: Target, wanted: AddBinding): Promise<void> {
  const { role, format } = wanted
  const subject = await subjectOf(target, wanted, context.now)
  if (subject === null)
    throw new Usage(
      'a role is for somebody:',
      'say whom the role is for: --user, --group, --service-account, --token or --trust',
    )
  const body = { subject, role, ...grantMembers(wanted, context.now) }
  const added = await callGateway(target, { path: '/bindings', body, answer: Binding })
  tellWarnings(context, added)
  await tell(context, target, added, { format, done: 'is given' })
}

export async function removeBinding(
  context: Context,
  target: Target,
  { yes, format, ...typed }: { readonly id: string; readonly yes: boolean; readonly format: Format },
): Promise<void> {
  const id = typed.id.toLowerCase()
  await confirm(context, () => removal(target, id), { yes })
  const path = `/bindings/${encodeURIComponent(id)}` as const
  const removed = await callGateway(target, { path, method: 'DELETE', answer: Binding })
  await tell(context, target, removed, { format, done: 'is taken away' })
}

/** What a person is asked about. @throws Usage for none */
async function removal(target: Target, id: string): Promise<string> {
  const [known] = await named(
    target,
    (await everyPage(target, '/bindings', Binding)).filter((binding) => binding.id === id),
  )
  if (known === undefined)
    throw new Usage(`there is no binding ${printable(id)}:`, 'see those that there are with: rack-gateway bindings')
  return `take ${grantWords(known)} away from ${known.subject.kind} ${nameOf(known)}`
}

async function tell(
  context: Context,
  target: Target,
  binding: Binding,
  { format, done }: { readonly format: Format; readonly done: string },
): Promise<void> {
  const [known] = await named(target, [binding])
  if (known === undefined) return
  if (format === 'json') return printJson(context, NamedBinding, known)
  const end = endWords(known.expiresAt, context.now)
  context.print(
    printable(
      `${grantWords(known)} ${done}: ${known.subject.kind} ${nameOf(known)}${end === '' ? '' : `, ${end}`} (${known.id})`,
    ),
  )
}

function nameOf({ subject }: NamedBinding): string {
  return subject.name ?? subject.id
}
