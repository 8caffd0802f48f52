import type { EventDraft } from '@rack-gateway/audit'
import type { DecidedCall } from '../../calls/call.ts'
import { textField } from '../../json/text-field.ts'
import type { PreparedResponse } from '../responses/prepare-response.ts'

/** Only the response of the rack has the ID of a new release or build. */
export function createdItem(
  { match }: DecidedCall,
  { response, body }: PreparedResponse,
): Pick<EventDraft, 'release' | 'detail'> {
  const name = createdBy[match.route.id]
  if (name === undefined || response.status >= 400 || body === null) return {}
  const id = idIn(body)
  if (id === null) return {}
  return name === 'release' ? { release: id } : { detail: { build: id } }
}

const createdBy: Readonly<Record<string, 'release' | 'build'>> = {
  'POST /apps/{app}/releases': 'release',
  'POST /apps/{app}/builds': 'build',
  'POST /apps/{app}/builds/import': 'build',
}

/** Null for a text that is not JSON, or has no ID. */
export function idIn(body: readonly Buffer[]): string | null {
  try {
    return textField(JSON.parse(Buffer.concat(body).toString()), 'id')
  } catch {
    return null
  }
}
