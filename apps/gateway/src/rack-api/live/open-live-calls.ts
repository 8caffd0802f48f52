import { withTimeout } from '@rack-gateway/time'
import type { FastifyInstance } from 'fastify'
import { createPeriodicWork } from '../../recordings/periodic-work.ts'
import { createCallEndings } from './call-endings.ts'
import { createCallListing } from './call-listing.ts'
import { createGrantEndings } from './grant-endings.ts'
import { createLiveCalls, type LiveCalls } from './live-calls.ts'
import { removeAbandonedRows } from './remove-abandoned-rows.ts'

/** Milliseconds. */
const sweepInterval = 3_600_000
const maxStopTime = 2_000

/** @param pingInterval milliseconds */
export function openLiveCalls(app: FastifyInstance, pingInterval?: number): LiveCalls {
  const { audit, clock, database, identities, log, policy, policyPackages: packages } = app
  const { sql } = database
  const endings = createCallEndings({
    sql,
    identities,
    onError: (err) => log.error({ event: 'live_call.end_requests_failed', err }),
  })
  const listing = createCallListing({
    sql,
    stream: () => audit.stats().stream,
    // A recording is listed before its call. In between, a user can request the end of the recorded session.
    onListed: endings.check,
    onError: (err) => log.warn({ event: 'live_call.listing_failed', err }),
  })
  const sweep = createPeriodicWork({
    every: sweepInterval,
    run: () => removeAbandonedRows(sql),
    onError: (err) => log.warn({ event: 'live_call.sweep_failed', err }),
  })
  app.addHook('onReady', async () => sweep.start())
  app.addHook('onClose', async function stopLiveCalls() {
    endings.stop()
    await sweep.stop()
    // Rows that remain do not count as live calls, because the audit stream of this process is closed.
    await withTimeout(listing.stop(), maxStopTime, () => undefined).catch((err: unknown) =>
      log.warn({ event: 'live_call.listing_failed', err }),
    )
  })
  return createLiveCalls({
    identities,
    policy,
    packages,
    listing,
    endings,
    explainGrantEnd: createGrantEndings({
      sql,
      now: clock.now,
      onError: (err) => log.warn({ event: 'live_call.grant_lookup_failed', err }),
    }),
    now: clock.now,
    onError: (err) => log.error({ event: 'stream.review_failed', err }),
    pingInterval,
  })
}
