import { Usage } from '../../../errors/errors.ts'
import { callGateway } from '../../../gateway/gateway-api.ts'
import type { Target } from '../../../rack-choice/local/target.ts'

/** The time of a UUIDv7 in milliseconds is in its first 13 characters. The first 18 also have 12 other bits. */
const lengths = [13, 18] as const
const shortId = /^[0-9a-f]{8}-[0-9a-f]{4}(-[0-9a-f]{1,4})?-?$/i

/** The beginnings of IDs, all of the same length, which no two of the IDs share. */
export function shortestDistinctIds(ids: readonly string[]): readonly string[] {
  const distinct = new Set(ids).size
  const length = lengths.find((length) => new Set(ids.map((id) => id.slice(0, length))).size === distinct)
  return length === undefined ? ids : ids.map((id) => id.slice(0, length))
}

/**
 * Finds the event whose ID has this beginning. Returns a complete ID, and text that is no beginning, unchanged.
 *
 * @throws Usage if no event or several events have the beginning
 */
export async function completeId(target: Target, id: string): Promise<string> {
  if (!shortId.test(id)) return id
  const at = Number.parseInt(id.slice(0, 13).replace('-', ''), 16)
  const query = { from: new Date(at).toISOString(), to: new Date(at + 1).toISOString(), limit: 200 }
  const { items } = await callGateway(target, 'searchAudit', { query })
  const found = items.filter((item) => item.id.startsWith(id.toLowerCase()))
  const [first, ...others] = found
  if (first === undefined) throw new Usage(`No event has an ID that begins with ${id}.`, 'Copy the ID from --json.')
  if (others.length > 0)
    throw new Usage(
      `${found.length} events have an ID that begins with ${id}: ${found.map((item) => item.id).join(', ')}.`,
      'Pass one of these IDs.',
    )
  return first.id
}
