import type { EventDraft } from '@rack-gateway/audit'
import type { PreparedAnswer } from '../answer.ts'
import type { DecidedCall } from '../call.ts'
import { textField } from '../lookups/rack-question.ts'

/** Only the response of the rack has the ID of a new release or build. */
export function createdItem(
  { match }: DecidedCall,
  { answer, body }: PreparedAnswer,
): Pick<EventDraft, 'release' | 'detail'> {
  const name = createdBy[match.route.id]
  if (name === undefined || answer.status >= 400 || body === null) return {}
  const id = idIn(Buffer.concat(body).toString())
  if (id === null) return {}
  return name === 'release' ? { release: id } : { detail: { build: id } }
}

const createdBy: Readonly<Record<string, 'release' | 'build'>> = {
  'POST /apps/{app}/releases': 'release',
  'POST /apps/{app}/builds': 'build',
  'POST /apps/{app}/builds/import': 'build',
}

function idIn(json: string): string | null {
  try {
    return textField(JSON.parse(json), 'id')
  } catch {
    return null
  }
}
