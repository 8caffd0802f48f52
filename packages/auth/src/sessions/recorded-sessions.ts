import { recordings } from '@rack-gateway/database'
import { and, eq, isNull } from 'drizzle-orm'
import type { Change } from '../admin/change.ts'

/** Tells all replicas to end a recorded session. @returns whether it had not ended */
export async function endRecordedSession({ tx }: Change, id: string, ending: string): Promise<boolean> {
  const isOpen = and(eq(recordings.id, id), isNull(recordings.endedAt))
  const told = await tx.update(recordings).set({ ending }).where(isOpen).returning({ id: recordings.id })
  return told.length > 0
}
