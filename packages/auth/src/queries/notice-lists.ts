import { apiTokens, type Database, sessions, stepUps } from '@rack-gateway/database'
import { and, asc, eq, gt, inArray, isNull, lt } from 'drizzle-orm'

export interface NoticeTimes {
  /** Milliseconds since the epoch. */
  readonly now: number
  /** Milliseconds before the expiry of a token. */
  readonly noticeTime: number
}

const maxTokens = 50
const maxStepUps = 20

/** Lists what a user has to do soon. */
export function createNoticeLists({ db }: Pick<Database, 'db'>) {
  return {
    /** The API tokens that expire soon, and the open step-ups of which a program waits for the result; each the next first. */
    async notices(user: string, { now, noticeTime }: NoticeTimes) {
      const at = new Date(now)
      const [tokens, asked] = await Promise.all([
        db
          .select({ id: apiTokens.id, name: apiTokens.name, expiresAt: apiTokens.expiresAt })
          .from(apiTokens)
          .where(
            and(
              eq(apiTokens.userId, user),
              isNull(apiTokens.revokedAt),
              gt(apiTokens.expiresAt, at),
              lt(apiTokens.expiresAt, new Date(now + noticeTime)),
            ),
          )
          .orderBy(asc(apiTokens.expiresAt), asc(apiTokens.id))
          .limit(maxTokens),
        db
          .select({
            id: stepUps.id,
            device: sessions.device,
            delivery: stepUps.delivery,
            expiresAt: stepUps.expiresAt,
          })
          .from(stepUps)
          .innerJoin(sessions, eq(sessions.id, stepUps.sessionId))
          .where(
            and(
              eq(stepUps.userId, user),
              gt(stepUps.expiresAt, at),
              isNull(stepUps.provedAt),
              isNull(sessions.endedAt),
              inArray(stepUps.delivery, ['callback', 'code']),
            ),
          )
          .orderBy(asc(stepUps.expiresAt), asc(stepUps.id))
          .limit(maxStepUps),
      ])
      return { tokens, stepUps: asked }
    },
  }
}
